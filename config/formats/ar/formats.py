"""Arabic with the digits 0 to 9, as CLDR writes them: 12,000.5. Django has 12.000, which reads as twelve."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DATETIME_FORMAT = "j M Y، H:i"
