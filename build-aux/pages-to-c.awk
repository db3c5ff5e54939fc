# SPDX-License-Identifier: MIT
#
# The examples of the pages docs/checks/NAME.md as C, for tests/test-explain.c: a
# function for each indented block, and a table. The first block of a page is the
# mistake, the others report nothing.

function end_block()
{
	if (in_block)
		print "}\n"
	in_block = 0
}

FNR == 1 {
	end_block()
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.md$/, "", name)
	id = name
	gsub(/-/, "_", id)
	names[++nr] = name
	ids[nr] = id
	blocks[nr] = 0
}

FNR == 3 {
	title[nr] = $0
}

/^Reported on: / {
	profiles[nr] = substr($0, 14)
}

/^    / {
	if (!in_block) {
		printf "static void %s_%d(struct dmalab_machine *machine, struct device *dev)\n{\n",
			id, ++blocks[nr]
		print "\tu8 buf[8192] = \"\";\n\n\t(void)machine;\n\t(void)dev;\n\t(void)buf;"
		in_block = 1
	}
	print "\t" substr($0, 5)
	next
}

/./ {
	end_block()
}

END {
	end_block()
	print "static const struct page_of_check pages[] = {"
	for (i = 1; i <= nr; i++) {
		printf "\t{ \"%s\", \"%s\", \"%s\", {", names[i], title[i], profiles[i]
		for (k = 1; k <= blocks[i]; k++)
			printf " %s_%d,", ids[i], k
		print " NULL } },"
	}
	print "};"
}
