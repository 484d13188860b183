"""Operations: health, metrics, logs and the deployment check."""
