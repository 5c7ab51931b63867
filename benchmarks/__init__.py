"""Speed of the product beside yardsticks taken in the same run. See README.md."""
