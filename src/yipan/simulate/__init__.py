"""Other people's systems and real trade, driving Yipan through its public doors."""
