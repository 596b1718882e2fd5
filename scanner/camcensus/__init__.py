"""Which surveillance cameras are on the network, and who really made each one."""

__version__ = "0.1.0"
