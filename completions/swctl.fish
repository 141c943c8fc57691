# SPDX-License-Identifier: Apache-2.0
# Completion of swctl for fish.

function __swctl_names
    # The table shows one that is bound to a processor as NAME/CPU.
    swctl --json list 2>/dev/null | sed -n 's/.*{"name":"\([^"]*\)".*/\1/p'
end

set -l commands run create wake stop start restart park unpark kill bind queue flush wait list status logs events health forget doctor help version
complete -c swctl -f
complete -c swctl -l json -d 'write JSON'
complete -c swctl -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c swctl -n '__fish_seen_subcommand_from wake stop start restart park unpark kill bind queue flush wait status logs forget' -a '(__swctl_names)'
complete -c swctl -n '__fish_seen_subcommand_from kill' -a 'HUP INT QUIT USR1 USR2 TERM KILL CONT STOP WINCH'
complete -c swctl -n '__fish_seen_subcommand_from list' -s w -l watch -d 'as they change'
complete -c swctl -n '__fish_seen_subcommand_from logs' -s f -l follow -d 'and all that follows'
complete -c swctl -n '__fish_seen_subcommand_from wait' -l ready -d 'until it is ready'
complete -c swctl -n '__fish_seen_subcommand_from run create' -s p -x -d 'Key=Value' -a 'Type= Restart= RestartSec= TimeoutStartSec= TimeoutStopSec= KillSignal= WatchdogSec= NotifyAccess= X-Essential= X-ShouldStopFD= User= Group= SupplementaryGroups= WorkingDirectory= Environment= EnvironmentFile= Nice= OOMScoreAdjust= UMask= CPUAffinity= LimitNOFILE= LimitNPROC= LimitCORE= LimitAS= AmbientCapabilities= CapabilityBoundingSet= NoNewPrivileges= StandardInput= StandardOutput= StandardError= LogSize= LogFiles= MemoryMax= MemoryHigh= TasksMax= CPUWeight= CPUQuota= After= Requires='
complete -c swctl -n '__fish_seen_subcommand_from run create' -l wait -d 'wait for its end'
