# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of swctl for bash 4 and later: commands, names of workers, keys of definitions.

_swctl_names() {
  # The table shows one that is bound to a processor as NAME/CPU.
  "${COMP_WORDS[0]}" --json list 2>/dev/null | sed -n 's/.*{"name":"\([^"]*\)".*/\1/p'
}

_swctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word
  local commands='run create wake stop start restart park unpark kill bind queue flush wait list status logs events health forget doctor help version'
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    command=$word
    break
  done
  COMPREPLY=()
  if [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "--json --help --version $commands" -- "$current")
    return
  fi
  case $command in
  run | create)
    if [[ $previous == -p ]]; then
      mapfile -t COMPREPLY < <(compgen -S = -W 'Type Restart RestartSec TimeoutStartSec TimeoutStopSec KillSignal WatchdogSec
        NotifyAccess X-Essential X-ShouldStopFD User Group SupplementaryGroups WorkingDirectory Environment EnvironmentFile Nice
        OOMScoreAdjust UMask CPUAffinity LimitNOFILE LimitNPROC LimitCORE LimitAS AmbientCapabilities CapabilityBoundingSet
        NoNewPrivileges StandardInput StandardOutput StandardError LogSize LogFiles MemoryMax MemoryHigh TasksMax CPUWeight
        CPUQuota After Requires' -- "$current")
      compopt -o nospace 2>/dev/null
    elif [[ $current == -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W '-p --wait --json --' -- "$current")
    elif [[ $previous == -- ]]; then
      mapfile -t COMPREPLY < <(compgen -c -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
    ;;
  kill)
    if [[ $previous == kill ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$(_swctl_names)" -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -W 'HUP INT QUIT USR1 USR2 TERM KILL CONT STOP WINCH' -- "$current")
    fi
    ;;
  bind | queue) [[ $previous == "$command" ]] && mapfile -t COMPREPLY < <(compgen -W "$(_swctl_names)" -- "$current") ;;
  list) mapfile -t COMPREPLY < <(compgen -W '--watch --json' -- "$current") ;;
  logs) mapfile -t COMPREPLY < <(compgen -W "-f $(_swctl_names)" -- "$current") ;;
  wait) mapfile -t COMPREPLY < <(compgen -W "--ready $(_swctl_names)" -- "$current") ;;
  wake | stop | start | restart | park | unpark | status | forget | flush)
    mapfile -t COMPREPLY < <(compgen -W "--json $(_swctl_names)" -- "$current")
    ;;
  esac
}

complete -F _swctl swctl
