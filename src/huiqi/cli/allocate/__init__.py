"""The commands of `huiqi allocate`."""
