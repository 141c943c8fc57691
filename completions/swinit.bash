# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of swinit for bash 4 and later: its options and their values, then the command and the command's own completion.

_swinit_signals() {
  printf '%s\n' HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU \
    XFSZ VTALRM PROF WINCH IO PWR SYS RTMIN RTMIN+1 RTMIN+2 RTMIN+3 RTMAX
}

# Names of a colon-separated database: passwd or group.
_swinit_names() {
  getent "$1" 2>/dev/null | cut -d: -f1
}

# Fills COMPREPLY with the words that begin with $2, each behind the prefix $1.
_swinit_reply() {
  local prefix=$1 current=$2 word
  shift 2
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$prefix$word")
  done < <(compgen -W "$*" -- "$current")
}

# Values of option $1; $2 is what is typed of the value so far, $3 what readline keeps before it.
_swinit_value() {
  local option=$1 value=$2 kept=$3 head last
  case $option in
  --signal-target) _swinit_reply "$kept" "$value" child group ;;
  --pdeathsig) _swinit_reply "$kept" "${value#SIG}" "$(_swinit_signals)" ;;
  --rewrite)
    # The part behind the last comma and colon; readline may break words at the colon.
    last=${value##*[,:]}
    head=${value%"$last"}
    if [[ ${head: -1} == : ]]; then
      _swinit_reply "$kept$head" "$last" 0 "$(_swinit_signals)"
    else
      _swinit_reply "$kept$head" "$last" "$(_swinit_signals | grep -vxE 'KILL|STOP|CHLD' | sed 's/$/:/')"
      compopt -o nospace 2>/dev/null
    fi
    ;;
  --user)
    if [[ $value == *:* ]]; then
      _swinit_reply "$kept${value%%:*}:" "${value#*:}" "$(_swinit_names group)"
    else
      _swinit_reply "$kept" "$value" "$(_swinit_names passwd)"
    fi
    ;;
  --control-group) _swinit_reply "$kept" "$value" "$(_swinit_names group)" ;;
  --heartbeat) _swinit_reply "$kept" "$value" 2s 10s 1m infinity ;;
  --drain) _swinit_reply "$kept" "$value" 1s 5s 10s 30s 1m ;;
  --grace | --kill-after) _swinit_reply "$kept" "$value" 0 1s 5s 10s 30s 1m infinity ;;
  --exit-map) _swinit_reply "$kept" "$value" 143:0 130:0 137:0 ;;
  --chdir)
    mapfile -t COMPREPLY < <(compgen -P "$kept" -d -- "$value")
    compopt -o filenames 2>/dev/null
    ;;
  --console)
    mapfile -t COMPREPLY < <(compgen -P "$kept" -f -- "${value:-/dev/}")
    compopt -o filenames 2>/dev/null
    ;;
  --pre | --post) mapfile -t COMPREPLY < <(compgen -P "$kept" -c -- "$value") ;;
  --env)
    mapfile -t COMPREPLY < <(compgen -P "$kept" -S = -v -- "$value")
    compopt -o nospace 2>/dev/null
    ;;
  esac
}

_swinit() {
  local line=${COMP_LINE:0:COMP_POINT} word option='' index=1 offset=-1
  local -r takes_value='--rewrite --signal-target --exit-map --drain --kill-after --grace --user --chdir --env --console --cmdline
    --pdeathsig --pre --post --control-group --heartbeat'
  local -r takes_none='--supervise -S --report --verbose --help --version -v -h -V'
  COMPREPLY=()

  # Words as the shell sees them, without regard to what readline breaks at (':' and '=').
  local -a words=()
  local current
  read -ra words <<<"$line"
  if [[ $line == *[[:space:]] ]]; then current=''; else
    current=${words[-1]}
    unset 'words[-1]'
  fi

  while ((index < ${#words[@]})); do
    word=${words[index]}
    option=''
    case $word in
    --)
      offset=$((index + 1))
      break
      ;;
    --*=*) ;;
    -?*) [[ " ${takes_value//$'\n'/ } " == *" $word "* ]] && option=$word && index=$((index + 1)) ;;
    *)
      offset=$index
      break
      ;;
    esac
    index=$((index + 1))
  done
  # An option whose value is not the word being typed is done with.
  ((index > ${#words[@]})) || option=''

  if ((offset >= 0)) && ((offset < ${#words[@]})); then
    # Within the command: leave it to the command's own completion, where bash-completion is loaded.
    if declare -F _command_offset >/dev/null; then
      local at
      for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${COMP_WORDS[at]} == "${words[offset]}" ]] && break
      done
      _command_offset "$at"
    else
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      compopt -o filenames 2>/dev/null
    fi
    return
  fi
  if ((offset < 0)) && [[ -n $option ]]; then
    _swinit_value "$option" "$current" ''
  elif ((offset < 0)) && [[ $current == --*=* ]]; then
    _swinit_value "${current%%=*}" "${current#*=}" "${current%%=*}="
  elif ((offset < 0)) && [[ $current == -* ]]; then
    _swinit_reply '' "$current" "$takes_value $takes_none" --
  else
    mapfile -t COMPREPLY < <(compgen -c -- "$current")
    [[ $current == */* ]] && mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi

  # Readline replaces only what stands behind the last break character.
  local breaks=${COMP_WORDBREAKS//[^:=]/} kept=''
  [[ $breaks == *:* && $current == *:* ]] && kept=${current%"${current##*:}"}
  if [[ $breaks == *=* && $current == *=* ]]; then
    local other=${current%"${current##*=}"}
    ((${#other} > ${#kept})) && kept=$other
  fi
  if [[ -n $kept ]]; then
    for index in "${!COMPREPLY[@]}"; do COMPREPLY[index]=${COMPREPLY[index]#"$kept"}; done
  fi
}

complete -F _swinit swinit
