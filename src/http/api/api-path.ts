/** Where every path of the API begins. In a file of its own: clients need it and not the server. */
export const API_PATH = '/api/v1';
