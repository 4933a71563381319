"""SQL: tables, the database, one repository per aggregate. The only folder that knows SQLModel."""
