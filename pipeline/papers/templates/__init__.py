"""Templates of outgoing documents, built from pieces; the committed DOCX are then edited by clerks in Word."""
