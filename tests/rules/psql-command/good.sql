select '\d', E'\\restrict';
