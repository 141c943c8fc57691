# SPDX-License-Identifier: Apache-2.0
# Completion of swctl for fish.

function __swctl_names
    swctl list 2>/dev/null | awk 'NR > 1 { print $1 }'
end

set -l commands run create wake stop start restart park unpark kill wait list status logs events health forget upgrade doctor help version
complete -c swctl -f
complete -c swctl -l json -d 'write JSON'
complete -c swctl -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c swctl -n '__fish_seen_subcommand_from wake stop start restart park unpark kill wait status logs forget' -a '(__swctl_names)'
complete -c swctl -n '__fish_seen_subcommand_from kill' -a 'HUP INT QUIT USR1 USR2 TERM KILL CONT STOP WINCH'
complete -c swctl -n '__fish_seen_subcommand_from logs' -s f -l follow -d 'and all that follows'
complete -c swctl -n '__fish_seen_subcommand_from wait' -l ready -d 'until it is ready'
complete -c swctl -n '__fish_seen_subcommand_from run create' -s p -x -d 'Key=Value' -a 'Type= Restart= RestartSec= TimeoutStartSec= TimeoutStopSec= KillSignal= WatchdogSec= NotifyAccess= X-Essential= User= Group= SupplementaryGroups= WorkingDirectory= Environment= EnvironmentFile= Nice= OOMScoreAdjust= UMask= CPUAffinity= LimitNOFILE= AmbientCapabilities= CapabilityBoundingSet= NoNewPrivileges= StandardOutput= MemoryMax= TasksMax= CPUWeight= After= Requires='
complete -c swctl -n '__fish_seen_subcommand_from run create' -l wait -d 'wait for its end'
complete -c swctl -n '__fish_seen_subcommand_from upgrade' -F
