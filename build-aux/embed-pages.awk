# SPDX-License-Identifier: MIT
# The pages of docs/checks as C, for the command: name and text of each.

function name_of(path)
{
	sub(/.*\//, "", path)
	sub(/\.md$/, "", path)
	return path
}

BEGIN {
	print "/* From the pages of docs/checks by build-aux/embed-pages.awk */"
	print "#include \"cli/cli.h\"\n"
	print "const struct page pages[] = {"
}

FNR == 1 {
	if (NR > 1)
		print "\t},"
	printf "\t{ \"%s\",\n", name_of(FILENAME)
}

{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	printf "\t  \"%s\\n\"\n", $0
}

END {
	if (NR)
		print "\t},"
	print "};\n\nconst unsigned nr_pages = sizeof(pages) / sizeof(pages[0]);"
}
