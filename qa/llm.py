"""A language model behind an OpenAI-compatible endpoint: its text as it comes, or one line that says why none does."""

from __future__ import annotations

import json
import os
import queue
import socket
import ssl
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from index import UsageError, WenbaoError
from qa.types import Words

KEYS = ("WENBAO_LLM_KEY", "OPENAI_API_KEY")
"""Environment variables that may hold the key, the first that is set. It is taken from nowhere else and shown nowhere."""

MAX_TOKENS = 2048
"""Asked for at most: an answer takes some 200, what a reasoning model thinks before it the rest."""

MAX_BYTES = 4 << 20
"""Of a reply, seven times what `MAX_TOKENS` take in the usual frames: what is longer never ends."""

RETRY_AFTER = 5.0
"""Seconds that are waited for an endpoint that asks to come again later: longer is not worth it to who has an answer."""

_PLAIN: Mapping[str, Any] = {"temperature": 0, "max_tokens": MAX_TOKENS}
# Models that think first take no temperature and call the limit by another name; they answer 400 to the other.
_THINKING: Mapping[str, Any] = {"max_completion_tokens": MAX_TOKENS}

_STATUS: Mapping[int, Words] = {
    400: ("不接受这样的请求（400），请看 --model 是否写对", "refused the request (400); check --model"),
    401: ("不接受密钥（401），请设置 WENBAO_LLM_KEY", "does not accept the key (401); set WENBAO_LLM_KEY"),
    403: ("不接受密钥（403），请设置 WENBAO_LLM_KEY", "does not accept the key (403); set WENBAO_LLM_KEY"),
    404: ("没有这个模型或地址（404）", "has no such model or address (404)"),
    429: ("说请求太多（429），请稍后再问", "says there are too many requests (429); ask again later"),
}


class ModelError(WenbaoError):
    """The model gave nothing that can be used; `words` say why in Chinese and English."""

    def __init__(self, words: Words) -> None:
        super().__init__(f"{words[1]} · {words[0]}")
        self.words = words


class _Refused(Exception):
    """The endpoint answered with another status than 200."""

    def __init__(self, status: int, retry_after: str) -> None:
        self.status = status
        self.retry_after = float(retry_after) if retry_after.isdecimal() else 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds waited for a connection, for the first word (a local model may have to be loaded), for each further piece,
    and for the whole reply."""

    connect: float = 5.0
    first: float = 30.0
    between: float = 15.0
    whole: float = 120.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked. Several threads may ask at once."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    patience: Patience = Patience()

    @property
    def host(self) -> str:
        """The host, and its port if the address names one."""
        return urlsplit(self.url).netloc

    @property
    def local(self) -> bool:
        """Whether it is this machine."""
        name = urlsplit(self.url).hostname or ""
        try:
            return ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")

    def stream(self, system: str, user: str) -> Generator[str, None, None]:
        """The pieces of the model's reply to two messages, as they come.

        The reply is read in a thread, so that no wait inside a library, for a name to be resolved say, outlasts `patience`.

        :raises ModelError: if the endpoint cannot be reached, refuses, is too slow, breaks off, never ends or writes no text.
        """
        import openai  # noqa: F401 - a second that the endpoint is not blamed for

        pieces: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()
        stop = threading.Event()
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        threading.Thread(target=self._read, args=(messages, pieces, stop), daemon=True).start()
        ends = time.monotonic() + self.patience.whole
        wait = self.patience.first
        try:
            while True:
                left = ends - time.monotonic()
                try:
                    piece = pieces.get(timeout=max(0.0, min(wait, left)))
                except queue.Empty:
                    raise self._late(wait, left) from None
                if piece is None:
                    return
                if isinstance(piece, ModelError):
                    raise piece
                yield piece
                wait = self.patience.between
        finally:
            stop.set()

    def _late(self, wait: float, left: float) -> ModelError:
        if left <= wait:
            return self._failed("写个不停，不再等了", "does not come to an end")
        if wait == self.patience.first:
            return self._failed(f"{wait:g} 秒内没有开始写", f"did not begin to write within {wait:g} s")
        return self._failed("写到一半停住了", "stopped in the middle of writing")

    def _failed(self, chinese: str, english: str) -> ModelError:
        return ModelError((f"{self.host} {chinese}", f"{self.host} {english}"))

    def _read(
        self,
        messages: list[dict[str, str]],
        pieces: queue.SimpleQueue[str | ModelError | None],
        stop: threading.Event,
    ) -> None:
        end: ModelError | None = self._failed("的回复读不了", "sent a reply that cannot be read")
        try:
            for piece in self._pieces(messages, stop):
                pieces.put(piece)
            end = None
        except ModelError as error:
            end = error
        finally:
            pieces.put(end)

    def _pieces(self, messages: list[dict[str, str]], stop: threading.Event) -> Iterator[str]:
        import openai
        from httpx2 import HTTPError

        # What the environment may tell the library of an organization is about another endpoint, and none of this one's business.
        unsaid = ["OpenAI-Organization", "OpenAI-Project", *([] if self.key else ["Authorization"])]
        headers: dict[str, Any] = dict.fromkeys(unsaid, openai.Omit())
        request = {"model": self.model, "messages": messages, "stream": True, "extra_headers": headers}
        settings = _PLAIN
        with self._client() as client:
            for last in (False, True):
                create = client.chat.completions.with_streaming_response.create
                try:
                    with create(**request, **settings) as response:
                        yield from self._texts(response.iter_bytes(), stop)
                        return
                except (openai.OpenAIError, HTTPError, _Refused) as error:
                    refused = next((cause for cause in _causes(error) if isinstance(cause, _Refused)), None)
                    if last or refused is None or refused.retry_after > RETRY_AFTER:
                        raise self._why(error) from None
                    if refused.status == 400:
                        settings = _THINKING
                    elif refused.status not in (429, 503) or stop.wait(refused.retry_after):
                        raise self._why(error) from None

    def _client(self) -> Any:
        import openai

        patience = self.patience
        timeout = openai.Timeout(patience.first, connect=patience.connect)
        return openai.OpenAI(
            base_url=self.url,
            api_key=self.key or "none",
            max_retries=0,
            timeout=timeout,
            # Questions and passages go to the named host alone: no redirect is followed, no proxy asked for this machine.
            http_client=openai.DefaultHttpxClient(
                timeout=timeout,
                follow_redirects=False,
                trust_env=not self.local,
                event_hooks={"response": [_refuse]},
            ),
        )

    def _texts(self, chunks: Iterable[bytes], stop: threading.Event) -> Iterator[str]:
        """The text in a stream of server-sent events."""
        received, rest, told, finished = 0, b"", False, False
        for chunk in chunks:
            received += len(chunk)
            if stop.is_set():
                return
            if received > MAX_BYTES:
                raise self._failed("写个不停，不再等了", "does not come to an end")
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if not line.startswith(b"data:"):
                    continue
                text, ended = self._event(line[len(b"data:") :].strip())
                finished = finished or ended
                if text:
                    told = True
                    yield text
            if finished:
                break
        if not finished:
            if received and not told:
                raise self._failed("的回复不合格式", "sent a reply that is not in the agreed form")
            raise self._failed("的连接中途断了", "broke off in the middle of writing")
        if not told:
            raise self._failed("没有写出文字", "wrote no text")

    def _event(self, data: bytes) -> tuple[str, bool]:
        """The text of one event, and whether the reply ends with it."""
        if data == b"[DONE]":
            return "", True
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            raise self._failed("的回复不合格式", "sent a reply that is not in the agreed form") from None
        match event:
            case {"error": {} | [_, *_] | str()}:
                raise self._failed("写作时出错", "had an error while writing")
            case {"choices": [{"delta": {"content": str(text)}, **choice}, *_]}:
                return text, isinstance(choice.get("finish_reason"), str)
            case {"choices": [{"finish_reason": str()}, *_]}:
                return "", True
        return "", False

    def _why(self, error: Exception) -> ModelError:
        """What went wrong on the way to the endpoint, in words."""
        for cause in _causes(error):
            match cause:
                case _Refused(status=status):
                    return self._failed(*_status_words(status))
                case ConnectionRefusedError():
                    return self._failed("连不上：没有程序在那里等候", "cannot be reached: nothing listens there")
                case socket.gaierror():
                    return self._failed("找不到：没有这个主机名", "cannot be found: there is no such host")
                case ssl.SSLError():
                    return self._failed("的加密连接建立不了（TLS）", "cannot be connected to securely (TLS)")
                case TimeoutError():
                    return self._failed("没有及时回应", "did not respond in time")
        return self._failed("的连接中途断了", "broke off the connection")


def endpoint(url: str, model: str | None, patience: Patience | None = None) -> Endpoint:
    """The endpoint that the options name, with the key of the environment.

    :raises UsageError: if the address is none, holds a password, no model is named, or the client is not installed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--llm {url}: not an address; write one like http://127.0.0.1:11434/v1")
    if parts.username or parts.password:
        raise UsageError(f"--llm: the address of {parts.hostname} holds a password; put the key into {KEYS[0]} instead")
    if not model:
        raise UsageError(f"--llm {url}: name the model, too: --model NAME")
    if find_spec("openai") is None:
        raise UsageError("--llm needs the openai client: pip install 'wenbao[llm]'")
    key = next((value for name in KEYS if (value := os.environ.get(name, "").strip())), "")
    return Endpoint(url, model, key, patience or Patience())


def _refuse(response: Any) -> None:
    """Anything but 200 ends here, before its body, which may be endless, is read."""
    if response.status_code != 200:
        raise _Refused(response.status_code, response.headers.get("retry-after", ""))


def _status_words(status: int) -> Words:
    if status in _STATUS:
        return _STATUS[status]
    if 300 <= status < 400:
        return f"指向别处（{status}），没有跟去", f"points elsewhere ({status}), which is not followed"
    return f"出错（{status}）", f"failed ({status})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
