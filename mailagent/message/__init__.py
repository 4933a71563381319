"""E-mail formats: bytes or values in, values out. Pure; the RFC is named where its rule is applied."""
