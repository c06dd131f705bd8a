/** Shows the description, with the address of this gateway as this page knows it: it may stand behind a path prefix. */
fetch('openapi.json')
  .then((response) => response.json())
  .then((spec) => {
    const url = new URL('.', document.baseURI).href.replace(/\/$/, '');
    window.SwaggerUIBundle({
      spec: { ...spec, servers: [{ url, description: 'This gateway' }] },
      dom_id: '#docs',
      deepLinking: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      filter: true,
      // The default asks a validator on the internet.
      validatorUrl: null,
    });
  });
