"""Settings have names, and safe defaults."""

from typing import get_args

from protocol.settings import EntrySettings, SettingName


def test_the_names_of_settings_are_the_fields() -> None:
    assert set(get_args(SettingName)) == set(EntrySettings.model_fields)


def test_every_setting_has_a_default_and_is_explained() -> None:
    EntrySettings()
    for name in EntrySettings.model_fields:
        assert f"{name}" in (EntrySettings.__doc__ or "")
