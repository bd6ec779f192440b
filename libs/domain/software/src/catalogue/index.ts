/** What is publicly known of releases, jumbos, their packages and their issues, as data and questions to it. */
export type { Release, ReleaseName } from './releases.js';
export { compareReleases, RELEASE_NAMES, releaseNamed, RELEASES } from './releases.js';
export type { Software } from './software.js';
export { compareSoftware, imageHash, softwareText } from './software.js';
