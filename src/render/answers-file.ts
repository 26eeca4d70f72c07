/** The file that says which answers a project was made from, and what its files were when they were written. */
export const answersFile = '.create-secure-infra.json';
