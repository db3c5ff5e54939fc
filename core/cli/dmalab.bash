# SPDX-License-Identifier: MIT
# Completion of dmalab for bash.

_dmalab()
{
	local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} all=

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'run matrix fmt emit-c shrink encode decode timeline score explain checks profiles calls' -- "$word")
		return
	fi
	case $command:$word in
	explain:*)
		mapfile -t COMPREPLY < <(compgen -W "$(dmalab checks 2>/dev/null | sed 's/ .*//')" -- "$word")
		;;
	run:-*)
		mapfile -t COMPREPLY < <(compgen -W '--profile= --policy= --seed= --accesses= --format= --values --quiet --time --apply-advice' -- "$word")
		[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
		;;
	shrink:-*)
		mapfile -t COMPREPLY < <(compgen -W '--profile= --policy= --seed= --check=' -- "$word")
		[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
		;;
	encode:-* | decode:-*)
		mapfile -t COMPREPLY < <(compgen -W '-o' -- "$word")
		;;
	timeline:-*)
		mapfile -t COMPREPLY < <(compgen -W '--profile= --output= -o' -- "$word")
		[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
		;;
	checks:* | profiles:* | calls:*) ;;
	emit-c:-*)
		mapfile -t COMPREPLY < <(compgen -W '--plain --mixed' -- "$word")
		;;
	fmt:-*)
		mapfile -t COMPREPLY < <(compgen -W '--write' -- "$word")
		;;
	run:* | shrink:* | timeline:*)
		case ${COMP_WORDS[COMP_CWORD - 2]} in
		--profile)
			[[ $command == run ]] && all=all
			mapfile -t COMPREPLY < <(compgen -W "$all $(dmalab profiles 2>/dev/null)" -- "$word")
			return
			;;
		--policy)
			mapfile -t COMPREPLY < <(compgen -W 'never eager random lru' -- "$word")
			return
			;;
		--check)
			mapfile -t COMPREPLY < <(compgen -W "$(dmalab checks 2>/dev/null | sed 's/ .*//')" -- "$word")
			return
			;;
		--accesses)
			mapfile -t COMPREPLY < <(compgen -W 'told mixed plain' -- "$word")
			return
			;;
		--format)
			mapfile -t COMPREPLY < <(compgen -W 'text json sarif lines' -- "$word")
			return
			;;
		esac
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	esac
}

complete -o filenames -F _dmalab dmalab
