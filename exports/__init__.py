"""What people take away: SPICE files and the bundle."""
