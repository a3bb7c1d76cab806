"""Who may do what to which rows: rights, row scope, sessions and the framework's security manager."""
