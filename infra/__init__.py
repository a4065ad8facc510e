"""What builds, runs and deploys the system. Holds no domain code."""
