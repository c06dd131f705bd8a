/** Shows the description; addresses are relative, so that they hold behind any path prefix. */
window.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  filter: true,
  // The default asks a validator on the internet.
  validatorUrl: null,
});
