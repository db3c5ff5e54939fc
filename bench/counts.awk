# SPDX-License-Identifier: MIT
#
# callgrind's combined dumps, with neither names nor positions compressed, to one line
# for each dump: its name, and the instructions of one operation outside and inside of
# the C library. Two files: the operations of each name, then the dumps.
#
# With -v functions=1, the functions instead: instructions of one operation, and the name.
#
# The C library is kept apart because it chooses its memset() by the CPU that it finds.

BEGIN { FS = "[ =]"; OFS = "\t" }

FNR == NR { operations[$1] = $2; next }

function finish()
{
	if (functions)
		for (f in own)
			printf "%8.1f  %s\n", own[f] / operations[name], f
	else if (name != "" && operations[name])
		print name, sprintf("%.1f", ours / operations[name]),
		      sprintf("%.1f", libc / operations[name])
	ours = libc = 0
	delete own
	name = ""
}

/^part: / { finish() }
/^desc: Trigger: Client Request: / { name = $NF }
/^fn=/ { function_name = substr($0, 4) }
/^ob=/ { in_libc = $2 ~ /\/(libc|libpthread|ld-linux[^\/]*|ld)[.-]/ }
# The line after it is the cost of what was called, which its own lines count.
/^calls=/ { skip = 1; next }
/^[0-9]+ [0-9]+$/ {
	if (skip) {
		skip = 0
		next
	}
	if (functions)
		own[function_name] += $2
	if (in_libc)
		libc += $2
	else
		ours += $2
}

END { finish() }
