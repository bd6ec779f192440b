/** A runbook in the style of a wiki page: emoji, tables, warnings, numbered steps with fences indented by hand. */
export const WIKI = `---
title: Upgrade
owner: network
---

# 🚀 Upgrade of a Security Group to R82

> ⚠️ **Warning:** Image cloning must be disabled first. Never reboot two members
> at the same time.

Notify the service desk before the window opens. This page is long.

| Check          | Must be                                  |
|----------------|------------------------------------------|
| Auto-clone     | must be off during the whole upgrade     |
| Jumbo          | same take on all members                 |

## 1. 📋 Preparation

1. Take a backup of the configuration:

   \`\`\`bash
   # on the SMO
   asg_config_backup -f /tmp/before.tgz   # keep it safe
   \`\`\`
2. Check that all members are active:
    \`\`\`
    [Expert@SG1-ch01-01:0]# asg stat -v | grep -c ACTIVE
    4
    [Expert@SG1-ch01-01:0]# cpinfo -y all
    \`\`\`
   The output looks like this:
   \`\`\`
   This is Check Point CPinfo Build 914000231 for GAIA
   \`\`\`
   \`\`\`json
   {"take": 26}
   \`\`\`
3. If a member is not active, start it again:
      \`\`\`bash
      ssh sgm<Member ID>
      cpstart; exit
      \`\`\`

## 2. 🔧 Upgrade

> On each member, install the package.
>
> \`\`\`gclish
> Global> set smo image auto-clone state off
> \`\`\`

- Optional: look at the load:

      asg perf -v \\
        -p

Continue only if all members are ACTIVE. Then install:

\`\`\`sh
installer upgrade "Check_Point_R82; T26.tgz" && \\
  asg stat -v
\`\`\`

<details>
<summary>Rollback</summary>

\`\`\`bash
set snapshot revert before
\`\`\`

</details>

## 3. After

\`\`\`bash
asg diag verify
\`\`\`
`;

/** A terse one: no numbers, hardly a sentence, fences at the margin. */
export const TERSE = `Upgrade R81.20 JHF
==================

pre
---
\`\`\`
asg stat
g_all fw ver
\`\`\`

go
---
\`\`\`
g_clusterXL_admin -b $MEMBERS down
asg stat
g_clusterXL_admin -b $MEMBERS up
\`\`\`
image cloning stays off, do not enable it

rollback
--------
\`\`\`
installer uninstall {{ package }}
\`\`\`
`;
