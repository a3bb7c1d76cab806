"""Documents on paper: each report is one module and one template; only `reports.render` makes PDF."""
