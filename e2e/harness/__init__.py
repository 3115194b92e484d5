"""What the end-to-end cases stand on: processes, real registries and daemons, images, a raw HTTP client."""
