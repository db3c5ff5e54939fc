#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The style that makes gnuplot's SVG follow the reader's choice of light or dark: a rule for
# each colour of style.gp, in both ways in which gnuplot writes it.

awk 'BEGIN { printf "<style>@media(prefers-color-scheme:dark){" }
{
	padded = sprintf("rgb(%3d, %3d, %3d)", $1, $2, $3)
	tight = sprintf("rgb(%d,%d,%d)", $1, $2, $3)
	hex = sprintf("#%02X%02X%02X", $1, $2, $3)
	for (i = split("stroke fill color", property, " "); i; i--) {
		p = property[i]
		printf "[%s=\"%s\"],[%s=\"%s\"],[%s=\"%s\" i]{%s:%s}", p, padded, p, tight, p, hex, p, $4
	}
}
END { print "}</style>" }' <<'END'
34 34 34 #ececec
138 138 138 #9aa0a6
221 221 221 #3a4047
255 255 255 #16181b
0 114 178 #4aa8e0
213 94 0 #f08a3c
0 158 115 #2fc79b
170 68 153 #d883cb
86 180 233 #56b4e9
0 85 60 #5fd0ae
242 185 140 #8a5a33
207 227 242 #24445c
127 181 217 #3a7aa8
63 138 192 #5ea3d6
26 93 158 #9ccbee
8 59 124 #d3e8f8
END
