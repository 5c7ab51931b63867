"""What people and programs see of plans, runs and rejected rows. Makes text; prints nothing."""
