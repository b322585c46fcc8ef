/**
 * A key and a self-signed certificate for localhost and 127.0.0.1, for tests that need a `wss:` server and check
 * nothing about certificates. They are worth nothing: everybody can read them here. Made with
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 36500 -nodes -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost,IP:127.0.0.1`, and kept, because a machine that runs the tests needs no openssl.
 */
export const testTls = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxGOO168nsJxqtI+o
dKQknCh0epCbotUaZnhsJV4u77KhRANCAATckgHINdk20lEX3+5JIMMF2r/Kl1wX
zkHRUKnGy6AFJO3nJ0ZFGrm2jYwtkEdaAzxA75jZbX8YNvmAaLnjpxUf
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUHuu0nNRjN0k0inrk7mZiWa7r0bYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzIxNDUyNVoYDzIxMjYxMDMw
MjE0NTI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATckgHINdk20lEX3+5JIMMF2r/Kl1wXzkHRUKnGy6AFJO3nJ0ZFGrm2
jYwtkEdaAzxA75jZbX8YNvmAaLnjpxUfo28wbTAdBgNVHQ4EFgQUDiZJDeZsYPS+
n25BNsCashTn9oAwHwYDVR0jBBgwFoAUDiZJDeZsYPS+n25BNsCashTn9oAwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAI3upC7+Z5lcEUvTjonqqdt2H2vaOeetfGmXbLNkCYgFAiEA
vltg3MbyLQyIHVbRoMXLs3pKf/Dgp5VCF6UiRhAraaQ=
-----END CERTIFICATE-----
`,
} as const;
