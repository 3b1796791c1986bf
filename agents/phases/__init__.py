"""The three phases of a mission: plan, run, deliver. Each is one durable workflow; inside it is plain asyncio."""
