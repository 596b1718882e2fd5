"""Devices, sweeps and answers over time; the only room that knows a database."""
