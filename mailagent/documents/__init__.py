"""Files of other programs: bytes in, values and problems out. Pure."""
