# SPDX-License-Identifier: MIT
#
# For tests/test-kernel-doc.sh: reads core/judge/catalogue.def and then the public
# headers, prints what is wrong with their comments, and to @names the functions that the
# library exports.

function complain(text)
{
	print FILENAME ":" FNR ": " text
	failed = 1
}

# The names of parameters, separated by blanks.
function parameters(list, out, i, c, depth, one)
{
	depth = 0
	one = out = ""
	for (i = 1; i <= length(list) + 1; i++) {
		c = i > length(list) ? "," : substr(list, i, 1)
		if (c == "," && depth == 0) {
			out = out parameter(one) " "
			one = ""
			continue
		}
		depth += (c == "(") - (c == ")")
		one = one c
	}
	sub(/ +$/, "", out)
	return out
}

function parameter(one)
{
	if (one ~ /^ *(void)? *$/)
		return ""
	if (match(one, /\(\*[A-Za-z_][A-Za-z0-9_]*\)/))
		return substr(one, RSTART + 2, RLENGTH - 3)
	match(one, /[A-Za-z_][A-Za-z0-9_]* *(\[[^]]*\])* *$/)
	one = substr(one, RSTART)
	sub(/[^A-Za-z0-9_].*/, "", one)
	return one
}

# Is the comment in front of a function, or a macro, about it?
function check(name, list, returns)
{
	nr_functions++
	if (doc_name == "")
		complain(name "() has no kernel-doc comment directly in front of it")
	else if (doc_name != name)
		complain("the comment in front of " name "() is about " doc_name "()")
	else if (doc_args != list)
		complain(name "(): the comment has arguments \"" doc_args "\", the code \"" list "\"")
	else if (!doc_context)
		complain(name "(): no Context:")
	else if (returns != doc_return && returns != "macro")
		complain(name "(): " (returns ? "no Return:" : "Return: of a void function"))
	doc_name = ""
}

# A declaration, or the head of a definition.
function declaration(text, name, list, exported)
{
	gsub(/__attribute__ *\(\([^()]*(\([^()]*\)[^()]*)?\)\)/, "", text)
	gsub(/__printf\([^()]*\)/, "", text)
	gsub(/[ \t]+/, " ", text)
	sub(/^ /, "", text)
	if (text !~ /\(/ || text ~ /^(typedef|struct [a-z_]+ \{|enum|#|_Static_assert)/ || text ~ /=/)
		return
	exported = text !~ /^static /
	sub(/^static inline /, "", text)
	if (!match(text, /[A-Za-z_][A-Za-z0-9_]* ?\(/))
		return
	name = substr(text, RSTART, RLENGTH)
	sub(/ ?\($/, "", name)
	list = substr(text, RSTART + RLENGTH)
	sub(/\) *$/, "", list)
	if (exported)
		print name >names
	else if (basics && doc_name == "")
		return
	check(name, parameters(list), text !~ /^void [a-z_0-9]+ ?\(/)
}

function begin_doc()
{
	doc_name = doc_args = ""
	doc_context = doc_return = checks = 0
	doc_lines = 0
}

function doc(line, word)
{
	sub(/^ \* ?/, "", line)
	if (++doc_lines == 1) {
		if (line !~ /^((struct|enum) [a-z_]+|[A-Za-z_][A-Za-z0-9_]*\(\)) - [^ ]/)
			complain("a kernel-doc comment begins with \"name() - purpose\"")
		else if (line ~ /^[A-Za-z_0-9]*\(\)/)
			doc_name = substr(line, 1, index(line, "(") - 1)
		if (line ~ /\.$/)
			complain("a purpose is no sentence, and has no full stop")
		return
	}
	if (match(line, /^@[A-Za-z_0-9]+:/))
		doc_args = doc_args (doc_args == "" ? "" : " ") substr(line, 2, RLENGTH - 2)
	if (line ~ /^Context: ./)
		doc_context = 1
	if (line ~ /^Return: ./)
		doc_return = 1
	if (line ~ /^Checks[:,] ?./)
		checks = 1
	while (checks && match(line, /"[a-z-]+"/)) {
		word = substr(line, RSTART + 1, RLENGTH - 2)
		if (!(word in known))
			complain("there is no check \"" word "\"")
		line = substr(line, RSTART + RLENGTH)
	}
}

function width(line, n, i)
{
	n = 0
	for (i = 1; i <= length(line); i++)
		n = substr(line, i, 1) == "\t" ? n - n % 8 + 8 : n + 1
	return n
}

FILENAME ~ /catalogue\.def$/ {
	if (/^CHECK\(/) {
		split($0, part, "\"")
		known[part[2]] = 1
	}
	next
}

FNR == 1 {
	in_doc = in_comment = in_macro = cplusplus = depth = basics = 0
	text = ""
	begin_doc()
}

# What the kernel's own documentation says of small functions need not be said again.
/Kernel basics: / { basics = 1 }

width($0) > 80 { complain("more than 80 columns") }

in_doc {
	if (/\*\//)
		in_doc = 0
	else
		doc($0)
	next
}

in_comment {
	if (/\*\//)
		in_comment = 0
	next
}

/^\/\*\*$/ {
	if (doc_name != "")
		complain("nothing follows the comment about " doc_name "()")
	begin_doc()
	in_doc = 1
	next
}

/^[ \t]*\/\*/ && !/\*\// { in_comment = 1; next }

{ gsub(/\/\*.*\*\//, "") }

/^#ifdef __cplusplus/ { cplusplus = 1; next }
cplusplus { cplusplus = !/^#endif/; next }

/^#/ || in_macro {
	if (doc_name != "" && match($0, "^# *define " doc_name "\\("))
		check(doc_name, parameters(substr($0, RLENGTH + RSTART, index($0, ")") - RLENGTH - RSTART)), "macro")
	in_macro = /\\$/
	next
}

{
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		if (c == "{") {
			if (depth++ == 0)
				declaration(text)
			text = ""
		} else if (c == "}") {
			depth--
			text = ""
		} else if (depth) {
			continue
		} else if (c == ";") {
			declaration(text)
			text = ""
		} else {
			text = text c
		}
	}
	text = text " "
}

END {
	if (nr_functions < 200) {
		print "kernel-doc: " nr_functions + 0 " functions: the headers were not understood"
		failed = 1
	}
	print "kernel-doc: " nr_functions " functions"
	exit failed
}
