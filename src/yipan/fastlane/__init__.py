"""The fastlane: a thin door for what machines ask in thousands. No Django request cycle."""
