"""The department: planner, specialists, critic, sceptic and manager, and what they work with."""
