"""Who acts: accounts, the roles that they hold, and the ways to sign in."""
