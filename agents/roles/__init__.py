"""How each part of the department is asked and read: planner, specialist, critic, sceptic, manager."""
