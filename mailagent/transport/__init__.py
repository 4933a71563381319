"""The network: one file per protocol, the only files that import aiosmtplib and aioimaplib."""
