"""What can be asked on the command line: one module a command, each with `async def main(options) -> int`."""
