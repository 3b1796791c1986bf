"""Every change to the tables since the first version, run in order. None is edited once it is released."""
