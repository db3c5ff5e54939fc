# SPDX-License-Identifier: MIT
#
# The tables of docs/api.md, for api-table.sh: which call is in which header and which
# test calls it; which case reports which check. Reads core/judge/catalogue.def, the
# headers, tests/cases.h and the tests, in this order.

function base(path)
{
	sub(/.*\//, "", path)
	return path
}

function header_name(path)
{
	sub(/.*\/include\//, "", path)
	return path
}

# A declaration, or the head of a definition: the name before the first parenthesis.
function declare(text, name)
{
	if (text !~ /\(/ || text ~ /typedef|_Static_assert|\(\*/)
		return
	gsub(/__attribute__ *\(\([^)]*\)*\)/, "", text)
	gsub(/__printf *\([^)]*\)/, "", text)
	if (basics && text ~ /^ *static /)
		return
	if (text !~ /^[^(]*[ *][A-Za-z_][A-Za-z0-9_]* *\(/)
		return
	sub(/ *\(.*/, "", text)
	sub(/.*[ *]/, "", text)
	add_call(text)
}

function add_call(name)
{
	if (name in header_of)
		return
	header_of[name] = header
	calls[++nr_calls] = name
}

function end_header()
{
	if (header == "")
		return
	# Declarations end with a semicolon; bodies of inline functions are left out.
	depth = 0
	text = ""
	n = length(code)
	for (i = 1; i <= n; i++) {
		c = substr(code, i, 1)
		if (c == "{") {
			if (depth++ == 0)
				declare(text)
			text = ""
		} else if (c == "}") {
			depth--
			text = ""
		} else if (depth > 0) {
			continue
		} else if (c == ";") {
			declare(text)
			text = ""
		} else {
			text = text c
		}
	}
	header = ""
}

# A line without comments and strings. The state goes from line to line.
function strip(line, out, at)
{
	out = ""
	while (line != "") {
		if (in_comment) {
			at = index(line, "*/")
			if (!at)
				return out
			line = substr(line, at + 2)
			in_comment = 0
			continue
		}
		at = index(line, "/*")
		if (!at)
			return out line
		out = out substr(line, 1, at - 1) " "
		line = substr(line, at + 2)
		in_comment = 1
	}
	return out
}

FNR == 1 {
	end_header()
	in_comment = in_macro = gone = 0
	kind = "test"
	if (FILENAME ~ /catalogue\.def$/)
		kind = "catalogue"
	else if (FILENAME ~ /cases\.h$/)
		kind = "families"
	else if (FILENAME ~ /\.h$/)
		kind = "header"
	basics = 0
	if (kind == "header") {
		header = header_name(FILENAME)
		code = ""
	} else if (kind == "test") {
		test = base(FILENAME)
		sub(/\.c$/, "", test)
	}
}

kind == "catalogue" && /^CHECK\(/ {
	split($0, part, "\"")
	checks[++nr_checks] = part[2]
}

kind == "families" && /^\t\{ "/ {
	split($0, part, "\"")
	family = $3
	sub(/,?$/, "", family)
	golden[family] = part[2]
}

# Small functions and macros under the kernel's names: told by the header.
kind == "header" && /Kernel basics: / {
	basics = 1
	small[++nr_small] = header
}

kind == "test" && match($0, /^#include <[^>]*>/) {
	name = substr($0, 11, RLENGTH - 11)
	if (!((name, test) in included)) {
		included[name, test] = 1
		users[name] = users[name] (users[name] == "" ? "" : ", ") test
	}
}

kind == "header" {
	line = strip($0)
	# What is gone from the kernel is no call.
	if (line ~ /define DMALAB_REMOVED/)
		gone = 1
	else if (line ~ /^#endif/)
		gone = 0
	if (line ~ /^#/ || in_macro) {
		if (!in_macro)
			macro = ""
		if (!gone && line ~ /^# *define [A-Za-z_]/) {
			macro = line
			sub(/^# *define /, "", macro)
			sub(/[^A-Za-z0-9_].*/, "", macro)
			macros[macro] = 1
			if (index(line, "define " macro "(") && !basics)
				add_call(macro)
		}
		note_words(line)
		in_macro = line ~ /\\$/
		next
	}
	if (line !~ /extern "C"/)
		code = code " " line
}

# Every word before a parenthesis.
kind == "test" {
	line = strip($0)
	if (line ~ /^const struct check_case /) {
		cases = line
		sub(/\[.*/, "", cases)
		sub(/.* /, "", cases)
		in_cases = 1
	}
	if (in_cases)
		entry = entry line
	if (in_cases && line ~ /\},? *$/) {
		add_case(entry)
		entry = ""
	}
	if (line ~ /^\};/)
		in_cases = 0
	while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
		name = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (name in macros)
			used[name] = 1
		if (!(name in header_of) || line !~ /^ *\(/ || ((name, test) in seen))
			continue
		seen[name, test] = 1
		count[name]++
		if (count[name] <= 4)
			tests_of[name] = tests_of[name] (count[name] > 1 ? ", " : "") test
	}
}

# What a macro is made of: a call that no test makes itself may be made through it.
function note_words(line)
{
	while (macro != "" && match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
		word = substr(line, RSTART, RLENGTH)
		if (word != macro && !(word in through))
			through[word] = macro
		line = substr(line, RSTART + RLENGTH)
	}
}

function callers(name)
{
	if (count[name])
		return tests_of[name] (count[name] > 4 ? sprintf(", and %d more", count[name] - 4) : "")
	for (by = name; by in through; by = through[by])
		if (through[by] in used)
			return "through `" through[by] "`"
	return "**no test**"
}

function field(entry, name, at)
{
	if (!match(entry, "\\." name " = [^,}]*"))
		return ""
	at = substr(entry, RSTART, RLENGTH)
	sub(/^[^=]*= */, "", at)
	gsub(/["( )]/, "", at)
	return at
}

function add_case(entry, check, miss)
{
	check = field(entry, "check")
	if (check == "" || check == "NULL")
		return
	miss = field(entry, "miss")
	if (miss == "") {
		variants[check]++
		return
	}
	drawn_by[check] = "`" field(entry, "draw") "()` in " test
	miss_of[check] = "`" miss "()`"
	golden_of[check] = "golden/" golden[cases] ".txt"
}

END {
	end_header()
	print "## Calls\n"
	print "| call | header | called by |\n| --- | --- | --- |"
	for (i = 1; i <= nr_calls; i++) {
		name = calls[i]
		printf "| `%s` | `<%s>` | %s |\n", name, header_of[name], callers(name)
	}
	print "\n## Small headers\n"
	print "Functions and macros of a few lines, which do what the kernel's do. `tests/test-headers.sh` compiles each alone.\n"
	print "| header | included by |\n| --- | --- |"
	for (i = 1; i <= nr_small; i++)
		printf "| `<%s>` | %s |\n", small[i],
			small[i] in users ? users[small[i]] : "through others"
	print "\n## Checks\n"
	print "| check | given by | variants | near miss | report |\n| --- | --- | --- | --- | --- |"
	for (i = 1; i <= nr_checks; i++) {
		name = checks[i]
		printf "| [`%s`](checks/%s.md) | %s | %d | %s | %s |\n", name, name,
			name in drawn_by ? drawn_by[name] : "**no case**", variants[name],
			miss_of[name], golden_of[name]
	}
}
