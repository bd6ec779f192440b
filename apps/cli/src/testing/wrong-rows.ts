/** Command lines in the folder of WRONG_FILES that cannot be carried out, with the exit code and the line that says why. */
export const WRONG_ROWS: readonly {
  readonly argv: readonly string[];
  readonly exit: 2 | 3;
  /** Without `rehearse: ` in front; <here> is the folder, <run> the id of a run. */
  readonly says: string;
}[] = [
  { argv: ['stauts'], exit: 2, says: "There is no verb 'stauts'. Did you mean 'status'? All verbs: rehearse --help." },
  {
    argv: ['capture', 'inf'],
    exit: 2,
    says: "There is no verb 'capture inf'. Did you mean 'capture info'? All verbs: rehearse --help.",
  },
  { argv: ['--nope'], exit: 2, says: "There is no verb '--nope'. Did you mean 'probe'? All verbs: rehearse --help." },
  {
    argv: ['help', 'nothing'],
    exit: 2,
    says: "There is no verb 'nothing'. Did you mean 'settings'? All verbs: rehearse --help.",
  },
  {
    argv: ['known-issues', '--at', 'T78'],
    exit: 2,
    says: '--at: expected a release, or a release and a take, as in R81.10:78, saw "T78". See: rehearse known-issues --help.',
  },
  {
    argv: ['known-issues', '--to', 'R82'],
    exit: 2,
    says: 'known-issues: --to needs --at: from where. See: rehearse known-issues --help.',
  },
  { argv: ['run'], exit: 2, says: 'rehearse run needs EXPERIMENT (experiment file). See: rehearse run --help.' },
  {
    argv: ['run', 'good.yaml', 'good.yaml'],
    exit: 2,
    says: "'good.yaml' is one word too many for rehearse run. See: rehearse run --help.",
  },
  { argv: ['run', 'good.yaml', '--sed', '1'], exit: 2, says: 'rehearse run has no option --sed. Did you mean --seed?' },
  {
    argv: ['run', 'good.yaml', '--seed', 'x'],
    exit: 2,
    says: '--seed: expected a number, saw "x". See: rehearse run --help.',
  },
  {
    argv: ['run', 'good.yaml', '--seed', '-1'],
    exit: 2,
    says: '--seed: expected at least 0, saw -1. See: rehearse run --help.',
  },
  {
    argv: ['run', 'good.yaml', '--seed', '1.5'],
    exit: 2,
    says: '--seed: expected a whole number, saw 1.5. See: rehearse run --help.',
  },
  {
    argv: ['run', 'good.yaml', '--seed', '4294967296'],
    exit: 2,
    says: '--seed: expected at most 4294967295, saw 4294967296. See: rehearse run --help.',
  },
  { argv: ['run', 'good.yaml', '--seed'], exit: 2, says: 'Option --seed needs a value. See: rehearse run --help.' },
  {
    argv: ['run', 'good.yaml', '--seeds', '5..1'],
    exit: 2,
    says: '--seeds 5..1: the last comes before the first. Turn them round.',
  },
  {
    argv: ['run', 'good.yaml', '--seeds', '1-5'],
    exit: 2,
    says: '--seeds: expected A..B, as in 1..50, saw "1-5". See: rehearse run --help.',
  },
  {
    argv: ['run', 'good.yaml', '--seeds', '1..99999999999'],
    exit: 2,
    says: '--seeds 1..99999999999: a seed is at most 4294967295. Choose smaller ones.',
  },
  {
    argv: ['run', 'good.yaml', '--sim', '--runs', 'a-file'],
    exit: 2,
    says: 'a-file: There is a file of that name (EEXIST). Name another one.',
  },
  {
    argv: ['run', 'good.yaml', '--live', '--runs', '/dev/null/runs'],
    exit: 2,
    says: '/dev/null/runs: A part of the path is a file (ENOTDIR). Name a folder.',
  },
  {
    argv: ['run', 'good.yaml', '--live', '--sim'],
    exit: 2,
    says: '--live and --sim exclude each other. Leave one out.',
  },
  {
    argv: ['run', 'good.yaml', '--live', '--seed', '1'],
    exit: 2,
    says: '--live and --seed exclude each other. Leave one out.',
  },
  {
    argv: ['run', 'good.yaml', '--archive'],
    exit: 2,
    says: '--archive is for real processes. Add --live, or leave it out.',
  },
  {
    argv: ['run', 'good.yaml', '--live', '--seeds', '1..2'],
    exit: 2,
    says: '--live and --seeds exclude each other. Leave one out.',
  },
  {
    argv: ['run', 'good.yaml', '--seed', '1', '--seeds', '1..2'],
    exit: 2,
    says: '--seed and --seeds exclude each other. Keep one.',
  },
  {
    argv: ['run', 'good.yaml', '--seeds', '1..2', '--captures', 'no-captures'],
    exit: 2,
    says: '--captures and --seeds exclude each other. Name the folder in the experiment.',
  },
  {
    argv: ['run', 'good.yaml', '--seeds', '1..2', '--capture-packets'],
    exit: 2,
    says: '--capture-packets and --seeds exclude each other. Capture one: --seed N.',
  },
  {
    argv: ['run', 'good.yaml', '--capture-max-packets', '10'],
    exit: 2,
    says: '--capture-max-packets is the limit of a packet capture. Ask for one: --capture-packets.',
  },
  {
    argv: ['up', '--capture-max-bytes', '2048'],
    exit: 2,
    says: '--capture-max-bytes is the limit of a packet capture. Ask for one: --capture-packets.',
  },
  {
    argv: ['run', 'good.yaml', '--capture-packets', '--capture-max-bytes', '10'],
    exit: 2,
    says: '--capture-max-bytes: expected at least 1024, saw 10. See: rehearse run --help.',
  },
  {
    argv: ['run', 'good.yaml', '--set', 'ccp.heartbeatMs'],
    exit: 2,
    says: '--set ccp.heartbeatMs: expected NAME=VALUE. For example: --set ccp.deadMultiplier=5.',
  },
  {
    argv: ['run', 'good.yaml', '--set', '=1'],
    exit: 2,
    says: '--set =1: expected NAME=VALUE. For example: --set ccp.deadMultiplier=5.',
  },
  {
    argv: ['run', 'good.yaml', '--set', 'ccp.heartbeat=1'],
    exit: 2,
    says: 'setting "ccp.heartbeat": there is no such setting; the nearest is "ccp.heartbeatMs".',
  },
  {
    argv: ['run', 'good.yaml', '--set', 'ccp.heartbeatMs=often'],
    exit: 2,
    says: 'setting "ccp.heartbeatMs": expected an integer from 10 to 60000 (ms), saw "often"; leave it out for the default.',
  },
  {
    argv: ['run', 'good.yaml', '--set', 'ccp.heartbeatMs=-1'],
    exit: 2,
    says: 'setting "ccp.heartbeatMs": expected an integer from 10 to 60000 (ms), saw "-1"; leave it out for the default.',
  },
  {
    argv: ['run', 'good.yaml', '--set', 'profile=fast'],
    exit: 2,
    says: "--set profile=fast: expected vendor or lossless, saw 'fast'. For example: --set profile=lossless.",
  },
  { argv: ['run', 'good.yaml', '--set'], exit: 2, says: 'Option --set needs a value. See: rehearse run --help.' },
  { argv: ['run', 'good.yaml', '--runs'], exit: 2, says: 'Option --runs needs a value. See: rehearse run --help.' },
  {
    argv: ['settings', '--set', 'dist.mode=random'],
    exit: 2,
    says: 'setting "dist.mode": expected one of auto-topology, user, network, general, saw "random"; leave it out for the default.',
  },
  {
    argv: ['run', 'nothing.yaml'],
    exit: 2,
    says: 'Cannot read nothing.yaml: it is not there. Name a file that is there.',
  },
  { argv: ['run', 'fabrics'], exit: 2, says: 'Cannot read fabrics: it is a folder. Name a file that is there.' },
  {
    argv: ['run', 'a-file/good.yaml'],
    exit: 2,
    says: 'Cannot read a-file/good.yaml: a part of the path is a file. Name a file that is there.',
  },
  {
    argv: ['run', 'empty.yaml'],
    exit: 2,
    says: 'empty.yaml:1:1: The file: expected a map of keys, saw null. Change the value.',
  },
  {
    argv: ['run', 'no-yaml.yaml'],
    exit: 2,
    says: 'no-yaml.yaml:2:1: This is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Mend the line, then try again.',
  },
  {
    argv: ['run', 'tab.yaml'],
    exit: 2,
    says: 'tab.yaml:2:1: This is not YAML: Tabs are not allowed as indentation. Mend the line, then try again.',
  },
  {
    argv: ['run', 'twice.yaml'],
    exit: 2,
    says: 'twice.yaml:2:1: This is not YAML: Map keys must be unique. Mend the line, then try again.',
  },
  {
    argv: ['run', 'unknown-key.yaml'],
    exit: 2,
    says: "unknown-key.yaml:3:1: Unknown key 'metod'. Did you mean 'method'?",
  },
  {
    argv: ['run', 'no-method.yaml'],
    exit: 2,
    says: "no-method.yaml:1:1: method: expected a list (nothing is there). Add 'method'.",
  },
  {
    argv: ['run', 'lists.yaml'],
    exit: 2,
    says: 'lists.yaml:1:1: The file: expected a map of keys, saw ["title","method"]. Change the value.',
  },
  {
    argv: ['run', 'binary.yaml'],
    exit: 2,
    says: 'binary.yaml:1:1: The file: expected a map of keys, saw "\\u0000\\u0001\\u0002". Change the value.',
  },
  {
    argv: ['run', 'python.yaml'],
    exit: 2,
    says: 'python.yaml:6:16: method.0.provider.type: only process providers are run here; write {type: process, path: rehearse}, saw "python". Change the value.',
  },
  {
    argv: ['run', 'other-command.yaml'],
    exit: 2,
    says: 'other-command.yaml:6:31: method.0.provider.path: only the command rehearse is run here, saw "reboot". Change the value.',
  },
  {
    argv: ['run', 'unknown-verb.yaml'],
    exit: 2,
    says: "unknown-verb.yaml:6:47: There is no verb 'falt'. Did you mean 'fault'? All verbs: rehearse --help.",
  },
  {
    argv: ['run', 'other-verb.yaml'],
    exit: 2,
    says: "other-verb.yaml:6:47: 'run' is nothing for an experiment. Use one of: status, exec, fault, upgrade, replace, scale, probe, wait.",
  },
  {
    argv: ['run', 'unknown-fault.yaml'],
    exit: 2,
    says: 'unknown-fault.yaml:6:47: KIND: expected one of panic, kill, hang, resume, restart, link, mend, bus-restart, bus-kill, bus-start, bus-slow, disk-full, disk-free, admin, cpstop, cpstart, fwk-crash, cpu, memory-leak, pnote, freeze, policy-install, policy-fails, distribution, install-fails, saw "panik". Did you mean \'panic\'? See: rehearse fault --help.',
  },
  {
    argv: ['run', 'bare-id.yaml'],
    exit: 2,
    says: 'bare-id.yaml:6:73: The id 1_02 has no quotes, and other readers of YAML take it for the number 102. Write "1_02".',
  },
  {
    argv: ['run', 'unclosed.yaml'],
    exit: 2,
    says: 'unclosed.yaml:6:47: The arguments end inside quotes. Close them, or write the arguments as a list.',
  },
  {
    argv: ['run', 'budget.yaml'],
    exit: 2,
    says: "budget.yaml:12:25: Unknown key 'packetLost' in extensions.0.budget.lossless. Did you mean 'packetsLost'?",
  },
  {
    argv: ['run', 'lost-fabric.yaml'],
    exit: 2,
    says: 'Cannot read <here>/fabrics/none.fabric.yaml: it is not there. Name a file that is there.',
  },
  {
    argv: ['run', 'warm-up.yaml'],
    exit: 2,
    says: 'warm-up.yaml:10:5: extensions.0.warmUpSec: expected at least 0, saw -1. Change the value.',
  },
  {
    argv: ['run', 'tolerance.yaml'],
    exit: 2,
    says: 'tolerance.yaml:6:30: steady-state-hypothesis.probes.0.tolerance: this does not fit, saw "fine". Change the value.',
  },
  {
    argv: ['run', 'unknown-probe.yaml'],
    exit: 2,
    says: 'unknown-probe.yaml:6:47: PROBE: expected one of ready, processes-running, members-active, exposed-slots, balanced, deferring, under-load, orchestrators-active, versions-agree, distribution, member-state, settled, upgrade-status, upgrade-rule, upgrade-step, members-running, log-used-percent, connections-open, packets-unexplained, packets-lost, packets-delivered, connections-lost, saw "ballanced". Did you mean \'balanced\'? See: rehearse probe --help.',
  },
  {
    argv: ['run', 'rate.yaml'],
    exit: 2,
    says: 'rate.yaml:11:32: extensions.0.traffic.packetsPerSec: expected a number, saw "fast". Change the value.',
  },
  {
    argv: ['run', 'lost-capture.yaml'],
    exit: 2,
    says: 'Cannot read <here>/none.pcap: it is not there. Name a capture that is there.',
  },
  {
    argv: ['run', 'good.yaml', '--captures', 'none'],
    exit: 2,
    says: 'Cannot read <here>/none: it is not there. Name a capture that is there.',
  },
  {
    argv: ['run', 'good.yaml', '--captures', 'no-captures'],
    exit: 2,
    says: 'The folder <here>/no-captures has no captures. Put *.pcap, *.pcapng or *.cap files there.',
  },
  {
    argv: ['run', 'good.yaml', '--captures', 'wrong-captures'],
    exit: 2,
    says: 'The capture <here>/wrong-captures/text.pcap cannot be read: at byte 0: expected the magic number of pcap or pcapng, saw 0x74686973; convert other formats with editcap. Take it out of the folder, or say skipUnreadable: true.',
  },
  {
    argv: ['inspect'],
    exit: 2,
    says: 'There is no *.fabric.yaml in <here>. Name one, or copy one from examples/fabrics.',
  },
  {
    argv: ['inspect', 'fabrics/none.fabric.yaml'],
    exit: 2,
    says: 'Cannot read fabrics/none.fabric.yaml: it is not there. Name a file that is there.',
  },
  { argv: ['inspect', 'fabrics'], exit: 2, says: 'Cannot read fabrics: it is a folder. Name a file that is there.' },
  {
    argv: ['inspect', 'binary.yaml'],
    exit: 2,
    says: 'binary.yaml:1:1: The file: expected a map of keys, saw "\\u0000\\u0001\\u0002". Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/empty.fabric.yaml'],
    exit: 2,
    says: 'fabrics/empty.fabric.yaml:1:1: The file: expected a map of keys, saw null. Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/no-yaml.fabric.yaml'],
    exit: 2,
    says: 'fabrics/no-yaml.fabric.yaml:1:10: This is not YAML: Flow map in block collection must be sufficiently indented and end with a }. Mend the line, then try again.',
  },
  {
    argv: ['inspect', 'fabrics/key.fabric.yaml'],
    exit: 2,
    says: "fabrics/key.fabric.yaml:10:1: Unknown key 'orchestrator'. Did you mean 'orchestrators'?",
  },
  {
    argv: ['inspect', 'fabrics/name.fabric.yaml'],
    exit: 2,
    says: 'fabrics/name.fabric.yaml:1:1: fabric: expected a short name of small letters, digits and "-", as in branch, saw "My Fabric". Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/profile.fabric.yaml'],
    exit: 2,
    says: 'fabrics/profile.fabric.yaml:2:1: profile: expected one of vendor, lossless, saw "fast". Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/orchestrators.fabric.yaml'],
    exit: 2,
    says: 'fabrics/orchestrators.fabric.yaml:3:1: orchestrators: expected at most 2, saw 3. Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/no-members.fabric.yaml'],
    exit: 2,
    says: 'fabrics/no-members.fabric.yaml:6:5: securityGroups.SG1.members: expected at least 1, saw 0. Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/many-members.fabric.yaml'],
    exit: 2,
    says: 'fabrics/many-members.fabric.yaml:6:5: A site has at most 14 members, saw 40. Take some away, or raise the setting limit.membersPerSite.',
  },
  {
    argv: ['inspect', 'fabrics/model.fabric.yaml'],
    exit: 2,
    says: "fabrics/model.fabric.yaml:6:26: The cores of model toaster are not known here. Add 'cores', or use one of: 6200, 6600, 7000, 16200, 16600, 26000, 28000.",
  },
  {
    argv: ['inspect', 'fabrics/release.fabric.yaml'],
    exit: 2,
    says: 'fabrics/release.fabric.yaml:7:5: securityGroups.SG1.release: expected a release, as in R81.20, saw "latest". Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/address.fabric.yaml'],
    exit: 2,
    says: 'fabrics/address.fabric.yaml:8:5: securityGroups.SG1.address: expected an IPv4 address with a prefix length, as in 198.51.100.10/24, saw "10.0.0.300". Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/interface.fabric.yaml'],
    exit: 2,
    says: 'fabrics/interface.fabric.yaml:8:49: securityGroups.SG1.interfaces.inside.distribution: expected one of user, network, general, auto-topology, saw "random". Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/groups.fabric.yaml'],
    exit: 2,
    says: "fabrics/groups.fabric.yaml:8:25: There is no member '1_07'. Members are 1_01 to 1_02.",
  },
  {
    argv: ['inspect', 'fabrics/policy.fabric.yaml'],
    exit: 2,
    says: 'fabrics/policy.fabric.yaml:8:5: The rulebase none.yaml cannot be read. Put it at <here>/fabrics/none.yaml, or change the path, which is seen from this file.',
  },
  {
    argv: ['inspect', 'fabrics/setting.fabric.yaml'],
    exit: 2,
    says: 'fabrics/setting.fabric.yaml:9:12: setting "ccp.heartbeat": there is no such setting. The nearest is "ccp.heartbeatMs".',
  },
  {
    argv: ['inspect', 'fabrics/value.fabric.yaml'],
    exit: 2,
    says: 'fabrics/value.fabric.yaml:9:12: setting "ccp.heartbeatMs": expected an integer from 10 to 60000 (ms), saw "often". Leave it out for the default.',
  },
  {
    argv: ['inspect', 'fabrics/mix.fabric.yaml'],
    exit: 2,
    says: 'fabrics/mix.fabric.yaml:8:11: The shares of a traffic mix make 100 percent, saw 80. Change a share.',
  },
  {
    argv: ['inspect', 'fabrics/connections.fabric.yaml'],
    exit: 2,
    says: 'fabrics/connections.fabric.yaml:8:11: traffic.connections: expected at least 0, saw -5. Change the value.',
  },
  {
    argv: ['inspect', 'fabrics/lost-captures.fabric.yaml'],
    exit: 2,
    says: 'Cannot read <here>/fabrics/none.pcap: it is not there. Name a capture that is there.',
  },
  {
    argv: ['inspect', 'fabrics/good.fabric.yaml', '--format', 'pdf'],
    exit: 2,
    says: '--format: expected one of text, json, mermaid, dot, saw "pdf". Did you mean \'dot\'? See: rehearse inspect --help.',
  },
  {
    argv: ['capacity', 'fabrics/none.fabric.yaml'],
    exit: 2,
    says: "There is no run 'fabrics/none.fabric.yaml', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['explore', 'fabrics/none.fabric.yaml'],
    exit: 2,
    says: 'Cannot read fabrics/none.fabric.yaml: it is not there. Name a file that is there.',
  },
  {
    argv: ['explore', 'fabrics/good.fabric.yaml', '--seeds', 'all'],
    exit: 2,
    says: '--seeds: expected A..B, as in 1..200, saw "all". See: rehearse explore --help.',
  },
  {
    argv: ['explore', 'fabrics/good.fabric.yaml', '--schedule', 'none.json'],
    exit: 2,
    says: 'Cannot read none.json: it is not there. Name a file that is there.',
  },
  {
    argv: ['explore', 'fabrics/good.fabric.yaml', '--schedule', 'schedule.json'],
    exit: 2,
    says: 'schedule.json at seed: expected a number. Give a schedule of explore.',
  },
  {
    argv: ['explore', 'fabrics/good.fabric.yaml', '--mode', 'fast'],
    exit: 2,
    says: '--mode: expected one of safety, liveness, saw "fast". Did you mean \'safety\'? See: rehearse explore --help.',
  },
  {
    argv: ['capture', 'info', 'none.pcap'],
    exit: 2,
    says: 'Cannot read none.pcap: it is not there. Name a file that is there.',
  },
  {
    argv: ['capture', 'info', 'text.pcap'],
    exit: 2,
    says: 'text.pcap: at byte 0: expected the magic number of pcap or pcapng, saw 0x74686973; convert other formats with editcap. Name a capture of tcpdump or Wireshark.',
  },
  {
    argv: ['capture', 'info', 'fabrics'],
    exit: 2,
    says: 'Cannot read fabrics: it is a folder. Name a file that is there.',
  },
  {
    argv: ['validate'],
    exit: 2,
    says: 'rehearse validate needs FILES (files to check). See: rehearse validate --help.',
  },
  {
    argv: ['archive', 'publish', 'none'],
    exit: 2,
    says: "There is no run 'none', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['archive', 'publish', 'no-log', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'No brokers are named. Name some: KAFKA_BROKERS=host:port,host:port.',
  },
  {
    argv: ['verify'],
    exit: 2,
    says: 'rehearse verify needs RUN (an id, a path, or latest). See: rehearse verify --help.',
  },
  {
    argv: ['verify', 'none'],
    exit: 2,
    says: "There is no run 'none', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['verify', 'latest', '--runs', 'nowhere'],
    exit: 2,
    says: "There is no run 'latest', and none in nowhere. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['verify', 'bend', '--runs', 'runs-of-old'],
    exit: 2,
    says: "There is no run 'bend' in runs-of-old. Did you mean 'bent'? The last one is 'latest'.",
  },
  {
    argv: ['verify', 'bent', '--runs', 'runs-of-old'],
    exit: 2,
    says: "runs-of-old/bent/run.json is damaged: Expected ',' or '}' after property value in JSON at position 16 (line 1 column 17). Conduct the run again.",
  },
  {
    argv: ['verify', 'no-log', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'runs-of-old/no-log/log.jsonl: It is not there (ENOENT). Name one that is there.',
  },
  {
    argv: ['verify', 'standing', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'The run in runs-of-old/standing is not over: its fabric is up. Take it down: rehearse down.',
  },
  {
    argv: ['verify', 'no-log', '--with', 'tomorrow', '--runs', 'runs-of-old'],
    exit: 2,
    says: '--with: expected one of recorded, current, saw "tomorrow". Did you mean \'recorded\'? See: rehearse verify --help.',
  },
  {
    argv: ['verify', 'no-log', '--key', 'a+00000000+b', '--runs', 'runs-of-old'],
    exit: 2,
    says: '--key: there is no checkpoint to check with it. Name one: --checkpoint FILE.',
  },
  {
    argv: ['verify', 'no-log', '--checkpoint', 'no-yaml.yaml', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'no-yaml.yaml: line 1: expected a note: a text, an empty line, and lines with signatures. Name a file that rehearse audit checkpoint wrote.',
  },
  {
    argv: ['audit'],
    exit: 2,
    says: "There is no verb 'audit'. Did you mean 'audit key'? All verbs: rehearse --help.",
  },
  {
    argv: ['audit', 'key', '--key', 'a-file/audit.key'],
    exit: 2,
    says: 'a-file: There is a file of that name (EEXIST). Name another one.',
  },
  {
    argv: ['audit', 'checkpoint', 'no-log', '--key', 'none.key', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'There is no key at none.key. Make one with rehearse audit key, or name it: --key FILE.',
  },
  {
    argv: ['audit', 'checkpoint', 'no-log', '--key', 'good.yaml', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'good.yaml: expected a private key: PRIVATE+KEY, name, id and base64, with + between them. Make a key: rehearse audit key.',
  },
  {
    argv: ['audit', 'prove'],
    exit: 2,
    says: 'rehearse audit prove needs COMMIT (SITE:SEQ as in 1:412, SEQ, or STREAM:VERSION as in security-group.SG1:7). See: rehearse audit prove --help.',
  },
  {
    argv: ['audit', 'prove', 'no-log', 'x412', '--runs', 'runs-of-old'],
    exit: 2,
    says: "COMMIT: expected a place in the log or in a stream, saw 'x412'. For example: 1:412 or security-group.SG1:7.",
  },
  {
    argv: ['audit', 'prove', 'no-log', '1:1', '--checkpoint', 'none.txt', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'Cannot read none.txt: it is not there. Name a file that is there.',
  },
  {
    argv: ['audit', 'consistent', 'empty.yaml', 'empty.yaml'],
    exit: 2,
    says: 'empty.yaml has no checkpoint. Make one: rehearse audit checkpoint RUN.',
  },
  {
    argv: ['audit', 'check', 'none.json'],
    exit: 2,
    says: 'Cannot read none.json: it is not there. Name a file that is there.',
  },
  {
    argv: ['audit', 'check', 'schedule.json'],
    exit: 2,
    says: 'schedule.json: expected a bundle (rehearsal-audit-bundle/1): format: Invalid input: expected "rehearsal-audit-bundle/1". Name a file that rehearse audit prove wrote.',
  },
  {
    argv: ['losses', 'none'],
    exit: 2,
    says: "There is no run 'none', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['losses', 'no-losses', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'runs-of-old/no-losses has no lost-packets.jsonl: it is not there. Name a run of this version: rehearse run EXPERIMENT.',
  },
  {
    argv: ['log', 'none'],
    exit: 2,
    says: "There is no run 'none', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['log', 'no-log', '--follow', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'A run that is over goes on with nothing. Leave --follow out.',
  },
  {
    argv: ['log', 'no-log', '--since', 'yesterday', '--runs', 'runs-of-old'],
    exit: 2,
    says: '--since yesterday: expected an age, a time since the start, or a date. For example: --since 30s, --since +12.4s, --since 2026-01-31T10:00:00Z.',
  },
  {
    argv: ['log', 'no-log', '--kind', 'rumour', '--runs', 'runs-of-old'],
    exit: 2,
    says: '--kind: expected one of commit, fault, note, saw ["rumour"]. See: rehearse log --help.',
  },
  {
    argv: ['log', 'no-log', '--last', '-1', '--runs', 'runs-of-old'],
    exit: 2,
    says: '--last: expected at least 0, saw -1. See: rehearse log --help.',
  },
  { argv: ['status'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  {
    argv: ['status', '--name', 'branch'],
    exit: 3,
    says: "No fabric 'branch' runs now, nor any other. Start one: rehearse up.",
  },
  { argv: ['status', '--name'], exit: 2, says: 'Option --name needs a value. See: rehearse status --help.' },
  {
    argv: ['status', 'branch'],
    exit: 2,
    says: "'branch' is one word too many for rehearse status. See: rehearse status --help.",
  },
  {
    argv: ['fault', 'panik', '1_03'],
    exit: 2,
    says: 'KIND: expected one of panic, kill, hang, resume, restart, link, mend, bus-restart, bus-kill, bus-start, bus-slow, disk-full, disk-free, admin, cpstop, cpstart, fwk-crash, cpu, memory-leak, pnote, freeze, policy-install, policy-fails, distribution, install-fails, saw "panik". Did you mean \'panic\'? See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'panic'],
    exit: 2,
    says: 'rehearse fault needs TARGET (1_03, 1:1_03, 1_1, sync, traffic or bus; two words in quotes where an id is not enough). See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'panic', '1_03', '--delay-ms', '5'],
    exit: 2,
    says: 'fault: --delay-ms is nothing for panic. It takes --reboot-after-ms. See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'panic', '1_03', 'bus'],
    exit: 2,
    says: 'fault: panic has one target. Leave the second one out. See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'panic', '1_03', '1_04', '1_01'],
    exit: 2,
    says: "'1_01' is one word too many for rehearse fault. See: rehearse fault --help.",
  },
  {
    argv: ['fault', 'link', '1_03', '--delay', '5'],
    exit: 2,
    says: '--delay: expected a number with a unit, saw "5". Units: ms, s, m, h; for example: --delay 5ms. Or: --delay-ms N.',
  },
  {
    argv: ['fault', 'link', '1_03', '--delay', '5days'],
    exit: 2,
    says: '--delay: expected a number with a unit, saw "5days". Units: ms, s, m, h; for example: --delay 5ms. Or: --delay-ms N.',
  },
  {
    argv: ['fault', 'link', '1_03', '--delay-ms', '-5'],
    exit: 2,
    says: '--delay-ms: expected at least 0, saw -5. See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'link', '1_03', '--delay', '2h'],
    exit: 2,
    says: '--delay-ms: expected at most 60000, saw 7200000. See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'admin', '1_03'],
    exit: 2,
    says: 'fault: admin needs --state. Add --state. See: rehearse fault --help.',
  },
  {
    argv: ['fault', 'admin', '1_03', '--state', 'sideways'],
    exit: 2,
    says: '--state: expected one of up, down, saw "sideways". Did you mean \'down\'? See: rehearse fault --help.',
  },
  { argv: ['fault', 'panic', '1_03'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  {
    argv: ['probe', 'ballanced'],
    exit: 2,
    says: 'PROBE: expected one of ready, processes-running, members-active, exposed-slots, balanced, deferring, under-load, orchestrators-active, versions-agree, distribution, member-state, settled, upgrade-status, upgrade-rule, upgrade-step, members-running, log-used-percent, connections-open, packets-unexplained, packets-lost, packets-delivered, connections-lost, saw "ballanced". Did you mean \'balanced\'? See: rehearse probe --help.',
  },
  {
    argv: ['wait', 'balanced', '--timeout-sec', 'long'],
    exit: 2,
    says: '--timeout-sec: expected a number, saw "long". See: rehearse wait --help.',
  },
  {
    argv: ['traffic', 'faster'],
    exit: 2,
    says: 'WHAT: expected one of start, stop, rate, show, saw "faster". Did you mean \'rate\'? See: rehearse traffic --help.',
  },
  { argv: ['traffic', 'rate', 'x'], exit: 2, says: 'RATE: expected a number, saw "x". See: rehearse traffic --help.' },
  {
    argv: ['traffic', 'rate', '-5'],
    exit: 2,
    says: 'RATE: expected at least 1, saw -5. See: rehearse traffic --help.',
  },
  { argv: ['traffic', 'rate', '0'], exit: 2, says: 'RATE: expected at least 1, saw 0. See: rehearse traffic --help.' },
  {
    argv: ['traffic', 'rate', '5', '--rat'],
    exit: 2,
    says: 'rehearse traffic has no option --rat. Did you mean --set?',
  },
  { argv: ['log'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  { argv: ['env'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  {
    argv: ['settings', '--name', 'branch'],
    exit: 3,
    says: "No fabric 'branch' runs now, nor any other. Start one: rehearse up.",
  },
  { argv: ['down'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  {
    argv: ['down', '--force', '--name', 'branch'],
    exit: 3,
    says: "No fabric 'branch' runs now, nor any other. Start one: rehearse up.",
  },
  {
    argv: ['down', 'branch'],
    exit: 2,
    says: "'branch' is one word too many for rehearse down. See: rehearse down --help.",
  },
  {
    argv: ['completion'],
    exit: 2,
    says: 'rehearse completion needs SHELL (which shell; `words`: what could stand for the last of WORDS). See: rehearse completion --help.',
  },
  {
    argv: ['completion', 'powershell'],
    exit: 2,
    says: 'SHELL: expected one of bash, zsh, fish, words, saw "powershell". Did you mean \'bash\'? See: rehearse completion --help.',
  },
  {
    argv: ['up', 'fabrics/none.fabric.yaml'],
    exit: 2,
    says: 'Cannot read <here>/fabrics/none.fabric.yaml: it is not there. Name a file that is there.',
  },
  {
    argv: ['up', 'fabrics/setting.fabric.yaml'],
    exit: 2,
    says: 'fabrics/setting.fabric.yaml:9:12: setting "ccp.heartbeat": there is no such setting. The nearest is "ccp.heartbeatMs".',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--name', 'my fabric'],
    exit: 2,
    says: '--name "my fabric": expected letters, digits, dots, dashes and underscores, at most 63. For example: --name branch-2.',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--name', '../branch'],
    exit: 2,
    says: '--name "../branch": expected letters, digits, dots, dashes and underscores, at most 63. For example: --name branch-2.',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--set', 'ccp.heartbeat=1'],
    exit: 2,
    says: 'setting "ccp.heartbeat": there is no such setting; the nearest is "ccp.heartbeatMs".',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--links', 'no'],
    exit: 2,
    says: "'no' is one word too many for rehearse up. See: rehearse up --help.",
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--runs', 'a-file'],
    exit: 2,
    says: '<here>/a-file/<run>/live: A part of the path is a file (ENOTDIR). Name a folder.',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--runs', 'a-file/runs'],
    exit: 2,
    says: '<here>/a-file/runs/<run>/live: A part of the path is a file (ENOTDIR). Name a folder.',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--runs', '/dev/null/runs'],
    exit: 2,
    says: '/dev/null/runs/<run>/live: A part of the path is a file (ENOTDIR). Name a folder.',
  },
  {
    argv: ['up', 'fabrics/good.fabric.yaml', '--runs', '/sys/none'],
    exit: 3,
    says: '/sys/none/<run>/live: It is not permitted (EPERM). Change its owner or mode, or name another one.',
  },
  {
    argv: ['exec'],
    exit: 2,
    says: "rehearse exec needs COMMAND after -- (a command of the vendor's, as it is typed there). For example: rehearse exec -- asg stat -v.",
  },
  { argv: ['exec', '--', 'asg', 'stat'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  {
    argv: ['exec', '1_03', '-v', 'asg', 'stat'],
    exit: 2,
    says: 'rehearse exec has no option -v. Put -- in front of the command, as in: rehearse exec -- asg stat -v.',
  },
  {
    argv: ['exec', '--bassis', '--', 'asg', 'stat'],
    exit: 2,
    says: 'rehearse exec has no option --bassis. Did you mean --basis?',
  },
  { argv: ['shell'], exit: 3, says: 'No fabric runs now. Start one: rehearse up.' },
  {
    argv: ['shell', '1_01', '1_02', '1_03'],
    exit: 2,
    says: 'TARGET: expected at most 2 in the list, saw ["1_01","1_02","1_03"]. See: rehearse shell --help.',
  },
  {
    argv: ['at', 'latest'],
    exit: 2,
    says: 'rehearse at needs TIME (12.4s, 1500ms or 2m since it began, fault+0.3s since the first fault, end, a date and time, or a commit as SITE:SEQ). See: rehearse at --help.',
  },
  {
    argv: ['at', 'latest', '1s', '--', 'asg', 'stat'],
    exit: 2,
    says: "There is no run 'latest', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['dossier', '10.0.0.1:1'],
    exit: 2,
    says: "expected two ends and perhaps a protocol, saw '10.0.0.1:1'. For example: rehearse dossier latest 10.1.5.187:32768 198.18.0.17:443 tcp.",
  },
  {
    argv: ['export', '--format', 'xml'],
    exit: 2,
    says: '--format: expected one of cloudevents, csv, pcapng, saw "xml". Did you mean \'csv\'? See: rehearse export --help.',
  },
  {
    argv: ['export', 'no-log', '--format', 'pcapng', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'The run in runs-of-old/no-log has no packet capture. Conduct it again with one: rehearse run EXPERIMENT --capture-packets, or rehearse up --capture-packets.',
  },
  {
    argv: ['export', 'no-log', '--format', 'pcapng', '--what', 'connections', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'pcapng is of packets, saw --what connections. For a table: --format csv.',
  },
  {
    argv: ['export', 'no-log', '--payload', '--runs', 'runs-of-old'],
    exit: 2,
    says: '--payload is of packets. Export those: --format pcapng.',
  },
  {
    argv: ['diff', 'latest', '1s'],
    exit: 2,
    says: 'rehearse diff needs B (the other moment, in the same words). See: rehearse diff --help.',
  },
  {
    argv: ['diff', 'latest', '1s', '2s'],
    exit: 2,
    says: "There is no run 'latest', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['whatif'],
    exit: 2,
    says: "rehearse whatif needs RUN (id or folder of a run of an experiment, or 'latest'). See: rehearse whatif --help.",
  },
  {
    argv: ['whatif', 'latest'],
    exit: 2,
    says: "There is no run 'latest', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['whatif', 'latest', '--seeds', '5'],
    exit: 2,
    says: '--seeds: expected A..B, as in 1..200, saw "5". See: rehearse whatif --help.',
  },
  {
    argv: ['whatif', 'lived-in', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'runs-of-old/lived-in is of a fabric that was brought up and lived in, and no experiment says what was done to it. Fork a run of an experiment: rehearse run EXPERIMENT --live, then rehearse whatif latest.',
  },
  {
    argv: ['whatif', 'older', '--runs', 'runs-of-old'],
    exit: 2,
    says: 'runs-of-old/older does not say what traffic it had: an older version recorded it. Record it again: rehearse run EXPERIMENT.',
  },
  {
    argv: ['import', 'nothing.txt'],
    exit: 2,
    says: 'Cannot read nothing.txt: it is not there. Name a file that is there.',
  },
  {
    argv: ['import', 'good.yaml'],
    exit: 2,
    says: 'good.yaml:1: It is none of the outputs that can be read. Paste asg stat -v, show maestro security-group …, its answer from the Gaia API as JSON, or cpinfo -y all.',
  },
  {
    argv: ['report'],
    exit: 2,
    says: "There is no run 'latest', and none in runs. Make one: rehearse run EXPERIMENT.",
  },
  {
    argv: ['report', 'runs-of-old/unsealed'],
    exit: 2,
    says: 'The run in <here>/runs-of-old/unsealed ended without a seal, and so without ledger.json: its process (7) was gone. See what its log has: rehearse log bent.',
  },
  {
    argv: ['sensitivity', 'nothing.yaml'],
    exit: 2,
    says: 'Cannot read nothing.yaml: it is not there. Name a file that is there.',
  },
  {
    argv: ['runbook', 'none.md'],
    exit: 2,
    says: 'Cannot read none.md: it is not there. Name a runbook that is there.',
  },
  {
    argv: ['runbook', 'fabrics'],
    exit: 2,
    says: 'Cannot read fabrics: it is a folder. Name a runbook that is there.',
  },
  {
    argv: ['runbook', 'prose.md', '--fabric', 'fabrics/good.fabric.yaml'],
    exit: 2,
    says: 'prose.md: no commands were found in it. Write them in code blocks, or choose a section with --only.',
  },
  {
    argv: ['runbook', 'open.md', '--fabric', 'fabrics/good.fabric.yaml'],
    exit: 2,
    says: 'open.md:3: a code block begins here and never ends. Close it with ```.',
  },
  {
    argv: ['runbook', 'placeholder.md', '--fabric', 'fabrics/good.fabric.yaml'],
    exit: 2,
    says: 'placeholder.md:5: nothing is said for <sgm_id>. Add --var sgm_id=VALUE.',
  },
  {
    argv: ['runbook', 'placeholder.md', '--fabric', 'fabrics/good.fabric.yaml', '--var', 'sgm_id'],
    exit: 2,
    says: '--var sgm_id: expected NAME=VALUE. For example: --var sgm_id=3.',
  },
  {
    argv: ['runbook', 'loop.md', '--fabric', 'fabrics/good.fabric.yaml'],
    exit: 2,
    says: 'loop.md:4: a loop (while) is not carried out here. Write the commands out, one by one.',
  },
  {
    argv: ['runbook', 'groups.md', '--fabric', 'fabrics/good.fabric.yaml'],
    exit: 2,
    says: 'groups.md:4: the fabric has no upgrade group B. Name its members in the fabric file: securityGroups.SG1.groups: {A: 1_01-1_01, B: 1_02-1_02}.',
  },
  {
    argv: ['runbook', 'good.md', '--fabric', 'fabrics/good.fabric.yaml', '--only', 'Stepps'],
    exit: 2,
    says: "good.md has no section 'Stepps'. It has: 'Steps', '2. Copy'.",
  },
  {
    argv: ['runbook', 'good.md', '--fabric', 'fabrics/good.fabric.yaml', '--only', '2'],
    exit: 2,
    says: 'good.md: all commands for the fabric are left out. Write them in code blocks, or choose a section with --only.',
  },
  {
    argv: ['runbook', 'good.md', '--fabric', 'fabrics/good.fabric.yaml', '--live', '--sim'],
    exit: 2,
    says: '--live and --sim exclude each other. Leave one out.',
  },
  {
    argv: ['runbook', 'good.md', '--fabric', 'fabrics/good.fabric.yaml', '--traffic', 'none.pcap'],
    exit: 2,
    says: 'Cannot read none.pcap: it is not there. Name a capture that is there.',
  },
  {
    argv: ['runbook', 'good.md', '--fabric', 'fabrics/good.fabric.yaml', '--traffic', 'traffic.yaml'],
    exit: 2,
    says: "traffic.yaml:2:3: Unknown key 'conections' in traffic. Did you mean 'connections'?",
  },
  {
    argv: ['runbook', 'good.md', '--fabric', 'none.yaml'],
    exit: 2,
    says: 'Cannot read none.yaml: it is not there. Name a file that is there.',
  },
  {
    argv: ['assess', 'none.md'],
    exit: 2,
    says: 'Cannot read none.md: it is not there. Name a runbook that is there.',
  },
  {
    argv: ['assess', 'good.md', '--fabric', 'fabrics/good.fabric.yaml'],
    exit: 2,
    says: '--members 4: this fabric has 2. Name fewer, or another fabric.',
  },
  {
    argv: ['assess', 'groups.md', '--fabric', 'fabrics/good.fabric.yaml', '--members', '2'],
    exit: 2,
    says: 'groups.md:4: the fabric has no upgrade group B. Name its members in the fabric file: securityGroups.SG1.groups: {A: 1_01-1_01, B: 1_02-1_02}.',
  },
  {
    argv: ['assess', 'good.md', '--fabric', 'fabrics/good.fabric.yaml', '--members', '2', '--repeat', 'panik 1_02'],
    exit: 2,
    says: "--repeat 'panik 1_02' is no fault at a moment. Say it as in 'panic 1_02@17350'.",
  },
];
