/** A reverse proxy as providers run it: TLS ends there, X-Forwarded-* are added, idle connections end after a minute. */

export interface NginxOptions {
  /** Holds `certificate.pem` and `key.pem`. */
  folder: string;
  /** A folder for what it keeps while it runs. */
  temporary: string;
  gatewayPort: number;
}

export function nginxConfig({ folder, temporary, gatewayPort }: NginxOptions): string {
  const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
user root;
worker_processes 1;
pid ${temporary}/nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  ${kept.map((name) => `${name}_temp_path ${temporary}/${name};`).join('\n  ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 443 ssl;
    ssl_certificate ${folder}/certificate.pem;
    ssl_certificate_key ${folder}/key.pem;
    location / {
      proxy_pass http://127.0.0.1:${gatewayPort};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffering off;
      proxy_read_timeout 60s;
      proxy_send_timeout 60s;
    }
  }
}
`;
}
