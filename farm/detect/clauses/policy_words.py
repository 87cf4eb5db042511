"""Words by which a privacy policy may name each kind of information, from `policy_words.yaml`."""

from farm.detect.datafiles import shipped
from farm.model.vocabulary import DataType


def words_of(data_type: DataType) -> list[str]:
    """Words, lower case, any of which names this kind; empty where no list is kept."""
    table: dict[DataType, list[str]] = shipped("policy_words.yaml", dict[DataType, list[str]])[0]
    return table.get(data_type, [])
