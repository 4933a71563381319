"""The configuration: read from files, environment and credentials, with all its problems at once.

folder/mailagent.toml        the installation; optional
folder/sequences.toml        the dunning policy; optional
folder/companies/NAME.toml   one creditor each; at least one
folder/credentials/NAME      one secret each, unless systemd or the environment has it
"""

from mailagent.config.loader import default_folder, load
from mailagent.config.settings import CompanyConfig, Settings

__all__ = ["CompanyConfig", "Settings", "default_folder", "load"]
