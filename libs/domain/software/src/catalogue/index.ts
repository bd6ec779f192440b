/** What is publicly known of releases, jumbos, their packages and their issues, as data and questions to it. */
export { fixedBy, issuesOf, searchIssues, sentence } from './issue-queries.js';
export type { KnownIssue } from './known-issues.js';
export { GTP_U_FIXED_IN_TAKE, KNOWN_ISSUES, STANDBY_SITE_FIXED_IN_TAKE } from './known-issues.js';
export type { Meeting, MvcPair } from './mvc-pairs.js';
export { mayMeet, MVC_PAIRS } from './mvc-pairs.js';
export { whatIsWrongWith } from './package-fit.js';
export type { PackageFile, PackageMetadata, SoftwarePackage } from './package-names.js';
export { packageMetadata, packageName, readPackageName, softwareAfter } from './package-names.js';
export type { Release, ReleaseName } from './releases.js';
export { compareReleases, rankOf, RELEASE_NAMES, releaseNamed, RELEASES } from './releases.js';
export type { Software } from './software.js';
export { compareSoftware, imageHash, softwareText } from './software.js';
export type { UpgradeMethod, UpgradeStep } from './upgrade-paths.js';
export { pathTo, UPGRADE_METHODS } from './upgrade-paths.js';
