"""A bucket for photos, S3's or a like one's, whose troubles are OSError as a disk's are."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

# Somebody waits meanwhile, on one of the few threads that answer everybody.
CLIENT: Final = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    signature_version="s3v4",
    # What is like S3 does not know the newer sums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
TRANSFER: Final = TransferConfig(use_threads=False)
MISSING: Final = frozenset({"NoSuchKey", "404"})


class PhotoBucket(S3Storage):  # type: ignore[misc]
    """Keeps photos in a bucket that the portal alone reads and writes."""

    def get_default_settings(self) -> dict[str, Any]:
        """Return the library's, but for how long it waits."""
        ours = {"client_config": CLIENT, "transfer_config": TRANSFER}
        return {**super().get_default_settings(), **ours}

    def _save(self, name: str, content: Any) -> str:
        with _troubles_of_a_disk():
            return str(super()._save(name, content))

    def _open(self, name: str, _mode: str = "rb") -> ContentFile[bytes]:
        # All of it by one call: the library's own would first ask whether it is there.
        with _troubles_of_a_disk():
            answer = self.bucket.Object(self._normalize_name(name)).get()
            return ContentFile(answer["Body"].read(), name)

    def delete(self, name: str) -> None:
        """Remove the file, if it is there. Raises OSError where it may remain."""
        # The library's own takes a bucket that is not there for a file that is not.
        with suppress(FileNotFoundError), _troubles_of_a_disk():
            self.bucket.Object(self._normalize_name(name)).delete()


@contextmanager
def _troubles_of_a_disk() -> Iterator[None]:
    # Without what the library says, which may name more than a log should.
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            raise FileNotFoundError("the bucket has no such file") from None
        raise OSError(f"the bucket refused: {code}") from None
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(f"the bucket did not answer: {type(error).__name__}") from None
