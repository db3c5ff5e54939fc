#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The binary form: it keeps the calls and their arguments, and any bytes are a trace.

srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

dmalab()
{
	$TEST_RUNNER ./dmalab "$@"
}

# Calls only, without what the names are and what strings say.
calls()
{
	awk '
		function known(text,   at, word, out) {
			out = ""
			while (match(text, /\.?[A-Za-z_0-9]+/)) {
				word = substr(text, RSTART, RLENGTH)
				out = out substr(text, 1, RSTART - 1) (word in name ? "NAME" : word)
				text = substr(text, RSTART + RLENGTH)
			}
			return out text
		}
		/^ *(#.*)?$/ { next }
		{
			gsub(/"([^"\\]|\\.)*"/, "\"\"")
			sub(/  #.*/, "")
			if (/^[A-Za-z_0-9]+ = /)
				name[$1] = 1
			print known($0)
		}' "$1"
}

# What is reported, and by which call.
reported()
{
	dmalab run --profile="$2" --format=lines "$1" 2> /dev/null > "$work/lines"
	awk 'NR == FNR { if (!/^ *(#.*)?$/) calls++; place[FNR] = calls; next }
		{ sub(/:/, "", $1); print $1 ? place[$1] : 0, $2 }' "$1" "$work/lines"
}

# Back to the text that it was made of, if there is nothing in it that is not kept.
every=$srcdir/tests/every-argument.dma
dmalab encode -o "$work/bytes" "$every" || fail "encode -o"
dmalab decode "$work/bytes" > "$work/text" || fail "decode"
diff "$every" "$work/text" || fail "the binary form does not keep all that it should"
dmalab encode - < "$every" | dmalab decode -o "$work/text" - || fail "standard input"
cmp -s "$every" "$work/text" || fail "decode -o"

# The same calls, the same reports; and bytes, once they are a trace, stay that trace.
again()
{
	dmalab encode "$1" | dmalab decode - | cmp -s "$1" - ||
		fail "$2: the bytes of the text of bytes are another text"
	dmalab fmt "$1" | cmp -s "$1" - || fail "$2: not canonical"
}

# (fuzz/check-trace.sh does this for the other corpora, and for more bytes.)
step=1
test -z "${TEST_RUNNER-}" || step=20
for trace in $(find "$srcdir/corpora/checks" -name '*.dma' | sort | sed -n "1~${step}p"); do
	dmalab encode "$trace" > "$work/bytes" || fail "encode $trace"
	dmalab decode "$work/bytes" > "$work/text" || fail "decode $trace"
	calls "$trace" > "$work/before"
	calls "$work/text" | diff "$work/before" - || fail "$trace: other calls"
	again "$work/text" "$trace"
	reported "$trace" arm64 > "$work/before"
	reported "$work/text" arm64 | diff "$work/before" - || fail "$trace: other reports"
done

# The command takes traces in this form, too.
dmalab run --format=lines "$work/bytes" > "$work/before" 2> /dev/null
dmalab run --format=lines "$work/text" 2> /dev/null | cmp -s "$work/before" - ||
	fail "run does not know the binary form"

# Any bytes.
for input in "$srcdir/README.md" "$srcdir/docs/machine-model.md" /bin/sh /dev/null; do
	head -c 20000 "$input" > "$work/bytes"
	dmalab decode "$work/bytes" > "$work/text" || fail "decode $input"
	again "$work/text" "$input"
	dmalab run --quiet "$work/text" > /dev/null 2>&1
	test $? -le 1 || fail "$input: no trace, or a crash"
done
test "$(dmalab decode "$srcdir/docs/machine-model.md" | wc -l)" -gt 500 || fail "few statements"

# Its limits are those of the text.
head -c 14000000 /dev/zero | tr '\0' '\3' | dmalab decode - > "$work/text"
test "$(wc -l < "$work/text")" -eq 262144 || fail "not 262144 statements"
dmalab run --quiet "$work/text" > /dev/null 2>&1
test $? -le 1 || fail "the longest trace"

dmalab encode 2> /dev/null
test $? -eq 2 || fail "encode without a trace"
dmalab encode "$every" "$every" 2> /dev/null
test $? -eq 2 || fail "encode takes one trace"
echo 'x = nothing()' | dmalab encode - > /dev/null 2>&1
test $? -eq 2 || fail "encode of what is no trace"
dmalab decode "$work/no-such-file" 2> /dev/null
test $? -eq 2 || fail "decode of what is not there"
dmalab encode -o "$work/no/such/directory" "$every" 2> /dev/null
test $? -eq 2 || fail "encode to where there is nothing"
exit $failed
